import base64
import os
from pathlib import Path

import requests

data = base64.b64encode(Path("homework.pdf").read_bytes()).decode()
answer = requests.post(
    "{{base}}/chat/completions",
    headers={"Authorization": f"Bearer {os.environ['AI_KEY']}"},
    json={
        "model": "{{language_model}}",
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "What are the main points of this?"},
                    {
                        "type": "file",
                        "file": {
                            "filename": "homework.pdf",
                            "file_data": f"data:application/pdf;base64,{data}",
                        },
                    },
                ],
            }
        ],
        "plugins": [{"id": "file-parser", "pdf": {"engine": "mistral-ocr"}}],
    },
    timeout=300,
)
answer.raise_for_status()
print(answer.json()["choices"][0]["message"]["content"])
