import os

from openai import OpenAI

client = OpenAI(
    base_url="{{base}}",
    api_key=os.environ["AI_KEY"],
)

texts = ["a raccoon in the trash", "a trash panda", "my maths homework"]
answer = client.embeddings.create(model="{{embedding_model}}", input=texts)
vectors = [item.embedding for item in answer.data]


def likeness(a, b):
    """1 is the same direction, 0 has nothing to do with it (cosine similarity)."""
    product = sum(x * y for x, y in zip(a, b, strict=True))
    return product / (sum(x * x for x in a) * sum(y * y for y in b)) ** 0.5


for text, vector in zip(texts, vectors, strict=True):
    print(f"{likeness(vectors[0], vector):.2f} {text}")
