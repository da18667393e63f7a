import os

from openrouter import OpenRouter

client = OpenRouter(
    server_url="{{base}}",
    api_key=os.environ["AI_KEY"],
)

for model in client.models.list().result.data:
    price = float(model.pricing.prompt) * 1_000_000
    print(f"{model.id} reads a million tokens for ${price:.2f}")
