import os
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
answer.raise_for_status()
name = answer.json()["id"]

# The provider needs a few seconds until it knows.
for _attempt in range(10):
    record = requests.get(f"{BASE}/generation", headers=HEADERS, params={"id": name}, timeout=60)
    if record.status_code != 404:
        break
    time.sleep(2)
record.raise_for_status()
print(name, "has cost", record.json()["data"]["total_cost"], "USD")
