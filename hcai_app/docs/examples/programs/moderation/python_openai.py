import os

from openai import OpenAI

client = OpenAI(
    base_url="{{base}}",
    api_key=os.environ["AI_KEY"],
)

answer = client.moderations.create(input="I will kill you all in Mario Kart.")
result = answer.results[0]
print("Flagged" if result.flagged else "Fine")
for category, score in result.category_scores:
    print(f"{score:.4f} {category}")
