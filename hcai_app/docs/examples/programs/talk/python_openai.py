import os

from openai import OpenAI

client = OpenAI(
    base_url="{{base}}",
    api_key=os.environ["AI_KEY"],
)

messages = [
    {"role": "system", "content": "You are a pirate. Answer in one sentence."},
    {"role": "user", "content": "My name is Orpheus."},
    {"role": "assistant", "content": "Ahoy, Orpheus!"},
]
for text in ["What is my name?", "And what is my parrot called?"]:
    messages.append({"role": "user", "content": text})
    answer = client.chat.completions.create(
        model="{{language_model}}",
        messages=messages,
        temperature=0.7,
        max_tokens=300,
    )
    said = answer.choices[0].message.content
    messages.append({"role": "assistant", "content": said})
    print(said)
