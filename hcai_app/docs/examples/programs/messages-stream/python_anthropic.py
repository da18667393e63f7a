import os

from anthropic import Anthropic

client = Anthropic(
    base_url="{{anthropic_base}}",
    api_key=os.environ["AI_KEY"],
)

with client.messages.stream(
    model="{{language_model}}",
    max_tokens=500,
    messages=[{"role": "user", "content": "Tell me a story about a raccoon."}],
) as stream:
    for text in stream.text_stream:
        print(text, end="", flush=True)
print()
