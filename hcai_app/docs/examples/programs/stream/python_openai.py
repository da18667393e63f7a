import os

from openai import OpenAI

client = OpenAI(
    base_url="{{base}}",
    api_key=os.environ["AI_KEY"],
)

stream = client.chat.completions.create(
    model="{{language_model}}",
    messages=[{"role": "user", "content": "Tell me a story about a raccoon."}],
    stream=True,
)
for chunk in stream:
    if chunk.choices:
        print(chunk.choices[0].delta.content or "", end="", flush=True)
print()
