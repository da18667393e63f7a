import os

from openai import OpenAI

client = OpenAI(
    base_url="{{base}}",
    api_key=os.environ["AI_KEY"],
)

answer = client.completions.create(
    model="{{language_model}}",
    prompt="Once upon a time, a duck",
    max_tokens=200,
)
print(answer.choices[0].text)
