import os

from openrouter import OpenRouter

client = OpenRouter(
    server_url="{{base}}",
    api_key=os.environ["AI_KEY"],
)

answer = client.embeddings.generate(
    model="{{embedding_model}}",
    input=["raccoon", "trash panda"],
)
for item in answer.data:
    print(len(item.embedding), "numbers, the first:", item.embedding[:3])
