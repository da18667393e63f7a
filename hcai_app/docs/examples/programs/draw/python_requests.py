import base64
import os
import sys
from pathlib import Path

import requests

answer = requests.post(
    "{{base}}/chat/completions",
    headers={"Authorization": f"Bearer {os.environ['AI_KEY']}"},
    json={
        "model": "{{image_model}}",
        "messages": [
            {"role": "user", "content": "Draw a raccoon that touches grass for the first time."}
        ],
        "modalities": ["image", "text"],
        "image_config": {"aspect_ratio": "16:9"},
    },
    timeout=300,
)
told = answer.json()
if "error" in told:
    sys.exit(told["error"]["message"])

message = told["choices"][0]["message"]
print(message["content"])
for number, image in enumerate(message.get("images", [])):
    # "data:image/png;base64,…": what we want comes after the comma.
    data = image["image_url"]["url"].partition(",")[2]
    Path(f"grass-{number}.png").write_bytes(base64.b64decode(data))
    print(f"Look at grass-{number}.png")
