"""When a socket is at its end, message by message."""

import asyncio
from typing import Any

import pytest

from hcai_app.edge import socket_limits
from hcai_app.edge.socket_limits import CLOSED, CONNECT, Connection, SocketLimits, TokenBucket

ACCEPT = {"type": "websocket.connect"}
EVENT = f'{socket_limits.EVENT}["ping"]'


def connection(*texts: str) -> Connection:
    """A socket that says this, and then nothing more."""
    messages = iter([ACCEPT, *({"type": "websocket.receive", "text": text} for text in texts)])

    async def receive() -> Any:
        for message in messages:
            return message
        return await asyncio.Event().wait()

    return Connection(receive)


async def heard(opened: Connection, most: int = 1_000) -> int:
    """Return how many messages pass until it is closed."""
    for count in range(most):
        if await opened.receive() == CLOSED:
            return count - 1  # the first is the server's own
    raise AssertionError("it is never closed")


@pytest.mark.attack
async def test_a_socket_that_falls_silent_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket_limits, "FIRST_PACKET_S", 0.01)
    monkeypatch.setattr(socket_limits, "SILENCE_S", 0.02)
    assert await heard(connection()) == 0
    assert await heard(connection(CONNECT, "3", EVENT)) == 3


@pytest.mark.attack
async def test_a_burst_ends_with_its_socket() -> None:
    assert await heard(connection(CONNECT, *[EVENT] * 500)) == socket_limits.BURST


async def test_a_socket_that_is_ending_hears_no_more() -> None:
    opened = connection(CONNECT, EVENT, EVENT)
    await opened.receive()
    assert (await opened.receive())["text"] == CONNECT
    opened.is_ending = True
    assert await opened.receive() == CLOSED


def test_a_bucket_fills_again() -> None:
    bucket = TokenBucket(2, 10)
    assert [bucket.take() for _ in range(3)] == [True, True, False]
    bucket.at -= 0.1
    assert [bucket.take() for _ in range(2)] == [True, False]
    bucket.at -= 60
    assert [bucket.take() for _ in range(3)] == [True, True, False]


@pytest.mark.attack
async def test_addresses_without_sockets_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket_limits, "MAX_ADDRESSES", 50)
    sent: list[str] = []

    async def app(*_: Any) -> None:
        sent.append("opened")

    async def receive() -> Any:
        return ACCEPT

    async def send(message: Any) -> None:
        sent.append(message["type"])

    limits = SocketLimits(app, origins=["https://hcai.example"], proxy_hops=0)
    for number in range(500):
        address = (f"10.0.{number >> 8}.{number & 255}", 1)
        scope = {"type": "websocket", "path": "/_event/", "headers": [], "client": address}
        await limits(scope, receive, send)
    assert sent == ["opened"] * 500
    assert len(limits._addresses) <= 50
