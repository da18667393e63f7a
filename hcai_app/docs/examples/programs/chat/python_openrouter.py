import os

from openrouter import OpenRouter

client = OpenRouter(
    server_url="{{base}}",
    api_key=os.environ["AI_KEY"],
)

answer = client.chat.send(
    model="{{language_model}}",
    messages=[{"role": "user", "content": "Name my raccoon rhythm game."}],
)
print(answer.choices[0].message.content)
