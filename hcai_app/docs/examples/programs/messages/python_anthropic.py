import os

from anthropic import Anthropic

client = Anthropic(
    base_url="{{anthropic_base}}",  # without /v1, which this client adds itself
    api_key=os.environ["AI_KEY"],
)

answer = client.messages.create(
    model="{{language_model}}",
    max_tokens=500,
    messages=[{"role": "user", "content": "Name my raccoon rhythm game."}],
)
for block in answer.content:
    if block.type == "text":
        print(block.text)
