import os
import sys

from openai import APIConnectionError, APIStatusError, OpenAI

client = OpenAI(
    base_url="{{base}}",
    api_key=os.environ["AI_KEY"],
)

try:
    answer = client.chat.completions.create(
        model="{{language_model}}",
        messages=[{"role": "user", "content": "Name my raccoon rhythm game."}],
    )
except APIStatusError as error:
    # 400, 401, 402 …: the message says what to do, the request id is for us.
    print(error.status_code, error.body["message"], error.request_id)
    sys.exit(1)
except APIConnectionError:
    print("Nobody answers. Is the network there?")
    sys.exit(1)

if not answer.choices:
    # It failed after the answer had begun: the status was 200, and the error is in the answer.
    print(answer.error["code"], answer.error["message"])
    sys.exit(1)
print(answer.choices[0].message.content)
