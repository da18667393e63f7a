import base64
import os
import sys
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
told = answer.json()
if "error" in told:
    sys.exit(told["error"]["message"])
print(told["choices"][0]["message"]["content"])
