import os
import sys

import requests

answer = requests.get(
    "{{base}}/key",
    headers={"Authorization": f"Bearer {os.environ['AI_KEY']}"},
    timeout=60,
)
if not answer.ok:
    sys.exit(answer.text)
key = answer.json()["data"]
print(f"${key['limit_remaining']:.4f} of ${key['limit']:.2f} are left")
