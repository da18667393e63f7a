"""The provider's catalog and generation records, over httpx."""

import asyncio
from typing import Any
from urllib.parse import quote

import httpx
import msgspec

from hcai_app.errors import UpstreamFailed
from hcai_app.loose_json import items_of, members_of
from hcai_app.services.call import Usage
from hcai_app.upstream import failures
from hcai_app.upstream.openrouter import usage
from hcai_app.upstream.openrouter.client import Provider
from hcai_app.upstream.rare_calls import open_client

# For a whole answer: the catalog takes a second or two.
TIMEOUT_S = 10.0
# The catalog has a few megabytes; anything larger is an error.
MAX_BYTES = 64 * 1024 * 1024
OK, NOT_FOUND = 200, 404


class CatalogClient:
    """Client for the provider's lists and records, apart from the relay's connections."""

    def __init__(self, provider: Provider) -> None:
        self._base_url = provider.base_url
        self._client = open_client(headers=provider.headers, timeout=TIMEOUT_S)

    async def models(self, path: str) -> list[dict[str, Any]]:
        """Return all models of a list of the provider's.

        Raises:
            UpstreamFailed: When the provider does not answer with a list.
        """
        data = _object_in(await self._get(path)).get("data")
        if not isinstance(data, list):
            raise UpstreamFailed("The provider's list of models is no list.")
        return [model for item in items_of(data) if (model := members_of(item))]

    async def endpoints(self, model: str) -> bytes | None:
        """Return who serves a model, as the provider says it; None when it knows no such model.

        Raises:
            UpstreamFailed: When the provider does not answer with endpoints.
        """
        body = await self._find(f"/models/{quote(model, safe='/')}/endpoints")
        if body is None:
            return None
        if not isinstance(members_of(_object_in(body).get("data")).get("endpoints"), list):
            raise UpstreamFailed("The provider's list of endpoints is no list.")
        return body

    async def record(self, generation_id: str) -> dict[str, Any] | None:
        """Return what the provider keeps of a generation; None while it does not know it.

        Raises:
            UpstreamFailed: When the provider does not answer.
        """
        body = await self._find("/generation", {"id": generation_id})
        return None if body is None else members_of(_object_in(body).get("data"))

    async def generation(self, generation_id: str) -> tuple[str | None, Usage] | None:
        """Return the model and the usage of a generation; None while the provider does not know.

        Raises:
            UpstreamFailed: When the provider does not answer.
        """
        return usage.generation_of(await self.record(generation_id) or {})

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _find(self, path: str, query: dict[str, str] | None = None) -> bytes | None:
        try:
            return await self._get(path, query)
        except UpstreamFailed as error:
            if error.code == NOT_FOUND:
                return None
            raise

    async def _get(self, path: str, query: dict[str, str] | None = None) -> bytes:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await self._read(path, query)
        except TimeoutError as error:
            raise failures.silence() from error
        except httpx.HTTPError as error:
            raise UpstreamFailed(
                f"The provider does not answer: {type(error).__name__}."
            ) from error

    async def _read(self, path: str, query: dict[str, str] | None) -> bytes:
        url = self._base_url + path
        async with self._client.stream("GET", url, params=query) as answer:
            body = bytearray()
            async for piece in answer.aiter_bytes():
                body += piece
                if len(body) > MAX_BYTES:
                    raise UpstreamFailed("The provider's answer is too large.")
        if answer.status_code != OK:
            raise failures.from_status(answer.status_code, answer.headers, bytes(body))
        return bytes(body)


def _object_in(body: bytes) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UpstreamFailed("The provider's answer is no JSON.") from error
    return members_of(value)
