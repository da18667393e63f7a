import os

from openrouter import OpenRouter

client = OpenRouter(
    server_url="{{base}}",
    api_key=os.environ["AI_KEY"],
)

stream = client.chat.send(
    model="{{language_model}}",
    messages=[{"role": "user", "content": "Tell me a story about a raccoon."}],
    stream=True,
)
for chunk in stream:
    if chunk.choices:
        print(chunk.choices[0].delta.content or "", end="", flush=True)
print()
