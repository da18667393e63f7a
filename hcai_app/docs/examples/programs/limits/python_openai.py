import os
import time

from openai import OpenAI

client = OpenAI(
    base_url="{{base}}",
    api_key=os.environ["AI_KEY"],
)

raw = client.chat.completions.with_raw_response.create(
    model="{{language_model}}",
    messages=[{"role": "user", "content": "Hi!"}],
)
left, limit = raw.headers["x-ratelimit-remaining"], raw.headers["x-ratelimit-limit"]
seconds = int(raw.headers["x-ratelimit-reset"]) - time.time()
print(f"{left} of {limit} calls are left; a place gets free in {seconds:.0f} s")
print(raw.parse().choices[0].message.content)
