import os
import sys

import requests

answer = requests.get(
    "{{base}}/stats",
    headers={"Authorization": f"Bearer {os.environ['AI_KEY']}"},
    timeout=60,
)
if not answer.ok:
    sys.exit(answer.text)
stats = answer.json()
print(stats["totalRequests"], "calls,", stats["totalTokens"], "tokens")
