import base64
import os
import sys
from pathlib import Path

import requests

data = base64.b64encode(Path("homework.pdf").read_bytes()).decode()
pdf = {"filename": "homework.pdf", "file_data": f"data:application/pdf;base64,{data}"}
messages = [
    {
        "role": "user",
        "content": [
            {"type": "text", "text": "What are the main points of this?"},
            {"type": "file", "file": pdf},
        ],
    }
]


def ask():
    answer = requests.post(
        "{{base}}/chat/completions",
        headers={"Authorization": f"Bearer {os.environ['AI_KEY']}"},
        json={"model": "{{language_model}}", "messages": messages},
        timeout=300,
    )
    told = answer.json()
    if "error" in told:
        sys.exit(told["error"]["message"])
    return told["choices"][0]["message"]


said = ask()
print(said["content"])
messages.append(
    {
        "role": "assistant",
        "content": said["content"],
        "annotations": said.get("annotations"),  # what was read: it is not read again
    }
)
messages.append({"role": "user", "content": "Tell me more about the second point."})
print(ask()["content"])
