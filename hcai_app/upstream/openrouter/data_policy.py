"""What the provider may do with a prompt, as members of a call's `provider`, and a call's proof.

Only a call can prove it: the account has settings of its own, and who serves a model changes.
"""

from typing import Any, Literal

import httpx

from hcai_app.errors import UpstreamFailed
from hcai_app.loose_json import members_of, read_json
from hcai_app.upstream import failures
from hcai_app.upstream.openrouter.client import Provider
from hcai_app.upstream.rare_calls import open_client

DataPolicy = Literal["deny", "zdr", "allow"]
IMPOSED: dict[DataPolicy, dict[str, Any]] = {
    "deny": {"data_collection": "deny"},
    "zdr": {"data_collection": "deny", "zdr": True},
    "allow": {},
}
OK = 200
TIMEOUT_S = 30.0
# The shortest answer that every model takes: hundredths of a cent at most.
QUESTION = {"messages": [{"role": "user", "content": "Say ok."}], "max_tokens": 16}


async def prove(provider: Provider, model: str, policy: DataPolicy) -> None:
    """Make one small call under the policy.

    Raises:
        UpstreamFailed: When nobody answers it, with the reason.
    """
    body = {"model": model, **QUESTION, "provider": IMPOSED[policy]}
    url = f"{provider.base_url}/chat/completions"
    try:
        async with open_client(headers=provider.headers, timeout=TIMEOUT_S) as client:
            answer = await client.post(url, json=body)
    except httpx.HTTPError as error:
        raise UpstreamFailed(f"The call failed: {type(error).__name__}.") from error
    if answer.status_code != OK:
        raise failures.from_status(answer.status_code, answer.headers, answer.content)
    if wrong := members_of(read_json(answer.content)).get("error"):
        raise failures.from_error(wrong)
