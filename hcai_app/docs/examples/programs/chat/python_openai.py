import os

from openai import OpenAI

client = OpenAI(
    base_url="{{base}}",
    api_key=os.environ["AI_KEY"],
)

answer = client.chat.completions.create(
    model="{{language_model}}",
    messages=[{"role": "user", "content": "Name my raccoon rhythm game."}],
)
print(answer.choices[0].message.content)
