import json
import os
import sys

from openrouter import OpenRouter
from openrouter.errors import OpenRouterError, ResponseValidationError

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
except ResponseValidationError as error:
    # It failed after the answer had begun: the status was 200, and the error is in the answer.
    told = json.loads(error.body)["error"]
    print(told["code"], told["message"])
    sys.exit(1)
except OpenRouterError as error:
    print(error.status_code, error.message, error.headers.get("x-request-id"))
    sys.exit(1)
