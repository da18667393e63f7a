import base64
import os
from pathlib import Path

from openai import OpenAI

client = OpenAI(
    base_url="{{base}}",
    api_key=os.environ["AI_KEY"],
)

data = base64.b64encode(Path("picture.png").read_bytes()).decode()
answer = client.chat.completions.create(
    model="{{image_model}}",
    messages=[
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What is on this picture?"},
                {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}},
            ],
        }
    ],
)
print(answer.choices[0].message.content)
