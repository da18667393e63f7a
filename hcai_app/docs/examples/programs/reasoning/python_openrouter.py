import os

from openrouter import OpenRouter

client = OpenRouter(
    server_url="{{base}}",
    api_key=os.environ["AI_KEY"],
)

answer = client.chat.send(
    model="{{language_model}}",
    messages=[
        {"role": "user", "content": "A raccoon opens 3 bins a night. How many in a leap year?"}
    ],
    reasoning={"effort": "low"},
)
message = answer.choices[0].message
print("Thought:", message.reasoning)
print("Answer:", message.content)
