import base64
import os
import sys
from pathlib import Path

from openai import OpenAI

client = OpenAI(
    base_url="{{base}}",
    api_key=os.environ["AI_KEY"],
)

answer = client.images.generate(
    model="{{image_model}}",
    prompt="A raccoon playing the drums",
)
if not answer.data:  # a late error lies in the answer
    sys.exit(answer.error["message"])
Path("raccoon.png").write_bytes(base64.b64decode(answer.data[0].b64_json))
print("Look at raccoon.png")
