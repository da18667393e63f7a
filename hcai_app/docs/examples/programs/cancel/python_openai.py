import os

from openai import OpenAI

client = OpenAI(
    base_url="{{base}}",
    api_key=os.environ["AI_KEY"],
)

stream = client.chat.completions.create(
    model="{{language_model}}",
    messages=[{"role": "user", "content": "Tell me a very long story about a raccoon."}],
    stream=True,
)
story = ""
for chunk in stream:
    if chunk.choices:
        story += chunk.choices[0].delta.content or ""
    if len(story) > 40:
        stream.close()
        break
print(story)
