import os

from openai import OpenAI, OpenAIError

client = OpenAI(
    base_url="{{base}}",
    api_key=os.environ["AI_KEY"],
)

CHARACTER = """You are Grumbles, a raccoon who guards a bridge of trash cans in a game.
You let nobody pass who does not make you laugh. Never leave your part.
Answer in one or two sentences. When somebody made you laugh, end with: PASS"""
MEMORY = 20  # messages; what is older is forgotten, and costs nothing any more

talk = []
print("A raccoon blocks the bridge. Say something to it; an empty line walks away.")
while True:
    try:
        said = input("> ").strip()
    except EOFError:
        break
    if not said:
        break
    talk.append({"role": "user", "content": said})
    try:
        answer = client.chat.completions.create(
            model="{{language_model}}",
            messages=[{"role": "system", "content": CHARACTER}, *talk[-MEMORY:]],
            max_tokens=1000,
        )
    except OpenAIError as error:
        print(f"(Grumbles fell asleep: {error})")
        break
    words = answer.choices[0].message.content or "Grmpf."
    talk.append({"role": "assistant", "content": words})
    print("Grumbles:", words.removesuffix("PASS").strip())
    if words.endswith("PASS"):
        print("You cross the bridge.")
        break
