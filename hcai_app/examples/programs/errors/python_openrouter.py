import os
import sys

from openrouter import OpenRouter
from openrouter.errors import OpenRouterError

client = OpenRouter(
    server_url="{{base}}",
    api_key=os.environ["AI_KEY"],
)

try:
    answer = client.chat.send(
        model="{{language_model}}",
        messages=[{"role": "user", "content": "Name my raccoon rhythm game."}],
    )
    print(answer.choices[0].message.content)
except OpenRouterError as error:
    print(error.status_code, error.message, error.headers.get("x-request-id"))
    sys.exit(1)
