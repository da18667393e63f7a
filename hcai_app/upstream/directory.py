"""The provider's rare calls, over httpx: its catalogue and the cost of a generation."""

from typing import Any

import httpx

from hcai_app.errors import UpstreamFailed
from hcai_app.lenient import items_of, members_of
from hcai_app.services.calls import Usage
from hcai_app.upstream import reading
from hcai_app.upstream.client import Provider

TIMEOUT_S = 20.0
NOT_FOUND = 404


class Directory:
    """Questions to the provider that no student waits for byte by byte."""

    def __init__(self, provider: Provider) -> None:
        self._base_url = provider.base_url
        self._client = httpx.AsyncClient(headers=provider.headers, timeout=TIMEOUT_S)

    async def models(self, path: str) -> list[dict[str, Any]]:
        """Return all models of a list of the provider's.

        Raises:
            UpstreamFailed: When the provider does not answer with a list.
        """
        answer = await self._get(path)
        data = answer.get("data")
        if not isinstance(data, list):
            raise UpstreamFailed("The provider's list of models is no list.")
        return [model for item in items_of(data) if (model := members_of(item))]

    async def generation(self, generation_id: str) -> tuple[str | None, Usage] | None:
        """Return the model and the usage of a generation; None while the provider does not know.

        Raises:
            UpstreamFailed: When the provider does not answer.
        """
        try:
            answer = await self._get("/generation", {"id": generation_id})
        except UpstreamFailed as error:
            if error.code == NOT_FOUND:
                return None
            raise
        return reading.generation_of(members_of(answer.get("data")))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _get(self, path: str, query: dict[str, str] | None = None) -> dict[str, Any]:
        try:
            answer = await self._client.get(self._base_url + path, params=query)
            body = answer.json() if answer.is_success else None
        except (httpx.HTTPError, ValueError) as error:
            raise UpstreamFailed(
                f"The provider does not answer: {type(error).__name__}."
            ) from error
        if not isinstance(body, dict):
            raise UpstreamFailed(
                f"The provider answered {answer.status_code}.", code=answer.status_code
            )
        return members_of(body)
