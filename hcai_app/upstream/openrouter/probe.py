"""A free health check of the provider: whether it answers, and accepts our key."""

import httpx

from hcai_app.upstream.error_bodies import OUR_ACCOUNT, alert
from hcai_app.upstream.openrouter.client import Provider
from hcai_app.upstream.rare_calls import open_client

# Longer than the health check waits before it reports an outage (services/ops/health.py).
TIMEOUT_S = 5.0
# The provider's record of our own key: small, never cached on the way, and free.
PATH = "/key"
BROKEN = 500


class Probe:
    """Checks the provider and our key."""

    def __init__(self, provider: Provider) -> None:
        self._url = provider.base_url + PATH
        self._client = open_client(headers=provider.headers, timeout=TIMEOUT_S)
        self._was_refused = False

    async def ask(self) -> bool:
        """Return whether the provider answers and accepts our account."""
        try:
            answer = await self._client.get(self._url)
        except httpx.HTTPError:
            return False
        self._alert_once(answer.status_code)
        return answer.status_code < BROKEN and answer.status_code not in OUR_ACCOUNT

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()

    def _alert_once(self, status: int) -> None:
        """Alert on the first refusal only."""
        is_refused = status in OUR_ACCOUNT
        if is_refused and not self._was_refused:
            alert(status)
        self._was_refused = is_refused
