import os

import requests

answer = requests.get(
    "{{base}}/key",
    headers={"Authorization": f"Bearer {os.environ['AI_KEY']}"},
    timeout=60,
)
answer.raise_for_status()
key = answer.json()["data"]
print(f"${key['limit_remaining']:.4f} of ${key['limit']:.2f} are left for today")
