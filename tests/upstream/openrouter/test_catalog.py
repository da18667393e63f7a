"""The provider's rare calls against a server that answers with any bytes."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from hcai_app.errors import UpstreamFailed
from hcai_app.upstream.openrouter import catalog as directory_module
from hcai_app.upstream.openrouter.catalog import CatalogClient
from hcai_app.upstream.openrouter.client import Provider

ODD_BODIES = [
    b"",
    b"null",
    b"[]",
    b"7",
    b"{}",
    b'{"data": null}',
    b'{"data": {}}',
    b'{"data": "models"}',
    b'{"data": [}',
    b'{"data": [NaN]}',
    b'{"data": 1e999}',
    b"<html><body>502 Bad Gateway</body></html>",
    b"\xff\xfe\x00",
    b'{"data": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
]


class Canned:
    """What the server answers next, and what it was asked for."""

    status = 200
    body = b""
    seen: list[str]

    async def answer(self, request: web.Request) -> web.Response:
        self.seen.append(request.raw_path)
        return web.Response(body=self.body, status=self.status)


@pytest.fixture
async def canned() -> Canned:
    made = Canned()
    made.seen = []
    return made


@pytest.fixture
async def directory(canned: Canned) -> AsyncIterator[CatalogClient]:
    app = web.Application()
    app.router.add_get("/{path:.*}", canned.answer)
    async with TestServer(app) as server:
        opened = CatalogClient(
            Provider(str(server.make_url("/api/v1")), "key", "https://ours.example")
        )
        yield opened
        await opened.close()


@pytest.mark.parametrize("body", ODD_BODIES)
async def test_an_odd_answer_is_a_failure_of_the_providers(
    directory: CatalogClient, canned: Canned, body: bytes
) -> None:
    canned.body = body
    for ask in (directory.models("/models"), directory.endpoints("a/b")):
        with pytest.raises(UpstreamFailed):
            await ask


async def test_odd_entries_are_left_out(directory: CatalogClient, canned: Canned) -> None:
    canned.body = b'{"data": [null, 1, "x", [], {}, {"id": "a/b"}]}'
    assert await directory.models("/models") == [{"id": "a/b"}]


async def test_endpoints_are_the_very_bytes(directory: CatalogClient, canned: Canned) -> None:
    canned.body = b'{ "data": {"endpoints": [ ], "big": 123456789012345678901234567890} }'
    assert await directory.endpoints("a/b:free") == canned.body
    assert await directory.endpoints("a/b?c#d") == canned.body
    assert canned.seen == [
        "/api/v1/models/a/b%3Afree/endpoints",
        "/api/v1/models/a/b%3Fc%23d/endpoints",
    ]


async def test_what_the_provider_does_not_know_is_none(
    directory: CatalogClient, canned: Canned
) -> None:
    canned.status = 404
    assert await directory.endpoints("a/b") is None
    assert await directory.record("gen-1&x=y") is None
    assert await directory.generation("gen-1") is None
    assert canned.seen[1] == "/api/v1/generation?id=gen-1%26x%3Dy"


async def test_a_record_without_data_is_empty(directory: CatalogClient, canned: Canned) -> None:
    for body in (b"{}", b'{"data": []}', b'{"error": {"code": 404}}'):
        canned.body = body
        assert await directory.record("gen-1") == {}
        assert await directory.generation("gen-1") is None


async def test_an_answer_beyond_all_measure_is_not_read_to_its_end(
    directory: CatalogClient, canned: Canned, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory_module, "MAX_BYTES", 1000)
    canned.body = b'{"data": []}'.ljust(1000)
    assert await directory.models("/models") == []
    canned.body += b" "
    with pytest.raises(UpstreamFailed, match="too large"):
        await directory.models("/models")


@pytest.mark.parametrize(
    ("status", "code"), [(401, 502), (402, 502), (302, 502), (204, 502), (429, 429)]
)
async def test_any_other_status_is_a_failure(
    directory: CatalogClient, canned: Canned, status: int, code: int
) -> None:
    canned.status, canned.body = status, b'{"data": []}' if status != 204 else b""
    with pytest.raises(UpstreamFailed) as failure:
        await directory.models("/models")
    assert failure.value.code == code
