import os

from openai import OpenAI

client = OpenAI(
    base_url="{{base}}",
    api_key=os.environ["AI_KEY"],
)

answer = client.chat.completions.create(
    model="{{language_model}}",
    messages=[
        {"role": "user", "content": "A raccoon opens 3 bins a night. How many in a leap year?"}
    ],
    # What OpenAI's client does not know goes into extra_body.
    extra_body={"reasoning": {"effort": "low"}},
)
message = answer.choices[0].message
print("Thought:", message.model_extra.get("reasoning"))
print("Answer:", message.content)
