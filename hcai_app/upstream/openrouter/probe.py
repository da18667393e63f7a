"""A question to the provider that costs nothing: whether it is there, and knows our key."""

import httpx

from hcai_app.upstream.error_bodies import OUR_ACCOUNT, alert
from hcai_app.upstream.openrouter.client import Provider

# Longer than the watch waits before it speaks of an outage (services/watch.py).
TIMEOUT_S = 5.0
# What the provider tells of our own key: small, never cached on the way, and free.
PATH = "/key"
BROKEN = 500


class Probe:
    """Asks the provider about our key."""

    def __init__(self, provider: Provider) -> None:
        self._url = provider.base_url + PATH
        self._client = httpx.AsyncClient(headers=provider.headers, timeout=TIMEOUT_S)
        self._was_refused = False

    async def ask(self) -> bool:
        """Tell whether the provider is there and takes calls of our account."""
        try:
            answer = await self._client.get(self._url)
        except httpx.HTTPError:
            return False
        self._tell_operator(answer.status_code)
        return answer.status_code < BROKEN and answer.status_code not in OUR_ACCOUNT

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()

    def _tell_operator(self, status: int) -> None:
        """Alert once, not at every look."""
        is_refused = status in OUR_ACCOUNT
        if is_refused and not self._was_refused:
            alert(status)
        self._was_refused = is_refused
