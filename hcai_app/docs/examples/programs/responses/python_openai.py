import os

from openai import OpenAI

client = OpenAI(
    base_url="{{base}}",
    api_key=os.environ["AI_KEY"],
)

answer = client.responses.create(
    model="{{language_model}}",
    instructions="Answer in one sentence.",
    input="Why do raccoons wash their food?",
)
print(answer.output_text)
