"""The fastest honest yardstick: a plain ASGI function with aiohttp's client, and nothing else."""

import os
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

_UPSTREAM = os.environ.get("BENCH_UPSTREAM", "")
_HOP = {"connection", "keep-alive", "transfer-encoding", "content-encoding", "date", "server"}
_client: list[aiohttp.ClientSession] = []


async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Pass every request through to the upstream."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http":
        await _relay(scope, receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    await receive()
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=60)
    _client.append(aiohttp.ClientSession(connector=connector, auto_decompress=False))
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await _client.pop().close()
    await send({"type": "lifespan.shutdown.complete"})


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def _relay(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    url = _UPSTREAM + scope["path"]
    headers = {"content-type": "application/json", "authorization": "Bearer bench"}
    body = await _body(receive)
    method = scope["method"]
    async with _client[0].request(method, url, data=body or None, headers=headers) as answer:
        await send(_start(answer))
        async for data in answer.content.iter_any():
            await send({"type": "http.response.body", "body": data, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def _start(answer: aiohttp.ClientResponse) -> dict[str, Any]:
    kept = [(k.lower(), v) for k, v in answer.raw_headers if k.decode().lower() not in _HOP]
    return {"type": "http.response.start", "status": answer.status, "headers": kept}
