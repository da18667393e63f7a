import os

import requests

answer = requests.get(
    "{{base}}/stats",
    headers={"Authorization": f"Bearer {os.environ['AI_KEY']}"},
    timeout=60,
)
answer.raise_for_status()
stats = answer.json()
print(stats["totalRequests"], "calls,", stats["totalTokens"], "tokens")
