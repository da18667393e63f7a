import json
import os

from openai import OpenAI

client = OpenAI(
    base_url="{{base}}",
    api_key=os.environ["AI_KEY"],
)

QUIZ = {
    "type": "object",
    "properties": {
        "questions": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "question": {"type": "string"},
                    "choices": {"type": "array", "items": {"type": "string"}},
                    "right": {"type": "integer"},
                    "why": {"type": "string"},
                },
                "required": ["question", "choices", "right", "why"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["questions"],
    "additionalProperties": False,
}
TOPIC = "raccoons"
answer = client.chat.completions.create(
    model="{{language_model}}",
    messages=[
        {
            "role": "user",
            "content": f"Make a quiz of 3 questions about {TOPIC}. Each has 4 choices; "
            "`right` is the number of the right one, counted from 1.",
        }
    ],
    response_format={
        "type": "json_schema",
        "json_schema": {"name": "quiz", "strict": True, "schema": QUIZ},
    },
)
quiz = json.loads(answer.choices[0].message.content)["questions"]
points = 0
for asked in quiz:
    print(f"\n{asked['question']}")
    for number, choice in enumerate(asked["choices"], 1):
        print(f"  {number}. {choice}")
    try:
        guess = input("Your number: ").strip()
    except EOFError:
        break
    is_right = guess == str(asked["right"])
    points += is_right
    print("\nRight!" if is_right else f"\nNo, it is {asked['right']}.", asked["why"])
print(f"\n{points} of {len(quiz)}")
