import os

from openai import OpenAI

client = OpenAI(
    base_url="{{base}}",
    api_key=os.environ["AI_KEY"],
)

answer = client.chat.completions.create(
    model="{{image_model}}",
    messages=[
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What is on this picture?"},
                {
                    "type": "image_url",
                    "image_url": {"url": "https://assets.hackclub.com/icon-rounded.png"},
                },
            ],
        }
    ],
)
print(answer.choices[0].message.content)
