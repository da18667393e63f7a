import os
import sys
import time

import requests

BASE = "{{base}}"
HEADERS = {"Authorization": f"Bearer {os.environ['AI_KEY']}"}

answer = requests.post(
    f"{BASE}/chat/completions",
    headers=HEADERS,
    json={
        "model": "{{language_model}}",
        "messages": [{"role": "user", "content": "Name my raccoon rhythm game."}],
    },
    timeout=300,
)
told = answer.json()
if "error" in told:
    sys.exit(told["error"]["message"])
name = told["id"]

# The provider needs a few seconds until it knows.
for _attempt in range(10):
    record = requests.get(f"{BASE}/generation", headers=HEADERS, params={"id": name}, timeout=60)
    if record.status_code != 404:
        break
    time.sleep(2)
if not record.ok:
    sys.exit(record.text)
print(name, "has cost", record.json()["data"]["total_cost"], "USD")
