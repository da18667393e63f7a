"""The server's protocol, in this process: what a connection leaves behind."""

import asyncio
import gc
import socket
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import uvicorn

from hcai_app.edge import http_protocol
from hcai_app.edge.http_protocol import GuardedProtocol

GUARD_S = 0.05
KEEP_ALIVE_S = 1


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Send back what comes over a WebSocket; answer a request with nothing."""
    await receive()
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})


@pytest.fixture
async def address(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    monkeypatch.setattr(http_protocol, "HEADERS_S", GUARD_S)
    monkeypatch.setattr(http_protocol, "BODY_SILENCE_S", GUARD_S)
    listener = socket.create_server(("127.0.0.1", 0))
    options: dict[str, Any] = {"lifespan": "off", "log_level": "warning", "ws": "wsproto"}
    options["timeout_keep_alive"] = KEEP_ALIVE_S
    serving = uvicorn.Server(uvicorn.Config(echo, http=GuardedProtocol, **options))
    task = asyncio.create_task(serving.serve(sockets=[listener]))
    yield f"127.0.0.1:{listener.getsockname()[1]}"
    serving.should_exit = True
    await task


def guards() -> int:
    gc.collect()
    return sum(type(one) is GuardedProtocol for one in gc.get_objects())


async def test_a_websocket_outlives_the_guard_and_leaves_nothing_behind(address: str) -> None:
    async with aiohttp.ClientSession() as client, client.ws_connect(f"http://{address}") as page:
        await asyncio.sleep(4 * GUARD_S)
        await page.send_str("still here")
        assert await page.receive_str(timeout=5) == "still here"
    for _ in range(100):
        await asyncio.sleep(GUARD_S)
        if not guards():
            return
    raise AssertionError("the guard of an ended connection goes on")


async def test_a_connection_is_closed_when_it_is_idle_and_no_sooner(address: str) -> None:
    reader, writer = await asyncio.open_connection(*address.split(":"))
    answered_at = 0.0
    for _ in range(3):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 204")
        answered_at = asyncio.get_running_loop().time()
        await asyncio.sleep(KEEP_ALIVE_S / 2)
    assert await asyncio.wait_for(reader.read(), 10) == b""
    idle_s = asyncio.get_running_loop().time() - answered_at
    assert idle_s > 0.99 * KEEP_ALIVE_S
    writer.close()
