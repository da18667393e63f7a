import json
import os

from openai import OpenAI

client = OpenAI(
    base_url="{{base}}",
    api_key=os.environ["AI_KEY"],
)


def get_weather(city):
    return f"It rains in {city}."


TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "Look out of the window.",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}},
                "required": ["city"],
            },
        },
    }
]
messages = [{"role": "user", "content": "Do I need an umbrella in Shelburne?"}]


def ask():
    answer = client.chat.completions.create(
        model="{{language_model}}",
        messages=messages,
        tools=TOOLS,
    )
    messages.append(answer.choices[0].message)
    return answer.choices[0].message


message = ask()
while message.tool_calls:
    for call in message.tool_calls:
        result = get_weather(**json.loads(call.function.arguments))
        print(f"{call.function.name}{call.function.arguments}: {result}")
        messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
    message = ask()
print(message.content)
