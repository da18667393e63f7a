import os

from openai import OpenAI

client = OpenAI(
    base_url="{{base}}",
    api_key=os.environ["AI_KEY"],
)

answer = client.embeddings.create(
    model="{{embedding_model}}",
    input=["raccoon", "trash panda"],
)
for item in answer.data:
    print(len(item.embedding), "numbers, the first:", item.embedding[:3])
