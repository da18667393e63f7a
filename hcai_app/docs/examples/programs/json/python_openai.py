import json
import os

from openai import OpenAI

client = OpenAI(
    base_url="{{base}}",
    api_key=os.environ["AI_KEY"],
)

RACCOON = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "age": {"type": "integer"},
        "loves": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["name", "age", "loves"],
    "additionalProperties": False,
}
answer = client.chat.completions.create(
    model="{{language_model}}",
    messages=[{"role": "user", "content": "Invent a raccoon for my game."}],
    response_format={
        "type": "json_schema",
        "json_schema": {"name": "raccoon", "strict": True, "schema": RACCOON},
    },
)
raccoon = json.loads(answer.choices[0].message.content)
print(raccoon["name"], "is", raccoon["age"], "and loves", ", ".join(raccoon["loves"]))
