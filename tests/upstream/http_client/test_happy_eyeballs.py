"""Several addresses: IPv6 and IPv4 in turn, and nobody waits long for one that is silent."""

import asyncio
import socket
import time

import pytest

from hcai_app.upstream.http_client import happy_eyeballs
from hcai_app.upstream.http_client.pool import ConnectionPool, Server
from tests.upstream.http_client.scripted_server import scripted_server
from tests.upstream.http_client.test_answers import ask


def info(address: str) -> happy_eyeballs.Info:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return (family, socket.SOCK_STREAM, 6, "", (address, 443))


@pytest.mark.parametrize(
    ("found", "order"),
    [
        (["::1", "::2", "::3", "1.1.1.1"], ["::1", "1.1.1.1", "::2", "::3"]),
        (["1.1.1.1", "1.1.1.1", "::1"], ["1.1.1.1", "::1"]),
        (["1.1.1.1"], ["1.1.1.1"]),
    ],
)
def test_the_families_take_turns(found: list[str], order: list[str]) -> None:
    assert happy_eyeballs.interleaved([info(address) for address in found]) == order


class Network:
    """Addresses that answer after so many seconds; None: never; negative: they refuse."""

    def __init__(self, **answers: float | None) -> None:
        self.answers = answers
        self.tried: list[str] = []
        self.cancelled: list[str] = []
        self.dropped: list[str] = []

    async def connect(self, address: str) -> str:
        self.tried.append(address)
        seconds = self.answers[address]
        if seconds is not None and seconds < 0:
            raise ConnectionRefusedError(address)
        try:
            await asyncio.sleep(3600 if seconds is None else seconds)
        except asyncio.CancelledError:
            self.cancelled.append(address)
            raise
        return address

    async def first(self) -> str:
        return await happy_eyeballs.first_of(list(self.answers), self.connect, self.dropped.append)


async def test_a_silent_address_is_not_waited_for() -> None:
    network, began = Network(a=None, b=-1, c=0), time.monotonic()
    assert await network.first() == "c"
    assert time.monotonic() - began < 3 * happy_eyeballs.STAGGER_S
    assert network.tried == ["a", "b", "c"]
    await asyncio.sleep(0)
    assert network.cancelled == ["a"]


async def test_a_quick_address_is_the_only_one_that_is_asked() -> None:
    network = Network(a=0, b=0)
    assert await network.first() == "a"
    assert network.tried == ["a"]


async def test_of_two_connections_the_second_is_dropped() -> None:
    network = Network(a=happy_eyeballs.STAGGER_S * 2, b=happy_eyeballs.STAGGER_S)
    first = await network.first()
    await asyncio.sleep(0)
    assert sorted([first, *network.dropped, *network.cancelled]) == ["a", "b"]


async def test_when_nobody_answers_the_last_reason_is_told() -> None:
    with pytest.raises(ConnectionRefusedError, match="b"):
        await Network(a=-1, b=-1).first()


def has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
@pytest.mark.parametrize("host", ["::1", "localhost"])
def test_a_server_on_ipv6_is_reached(runner: asyncio.Runner, host: str) -> None:
    async def check() -> None:
        async with scripted_server(host="::1") as server:
            pool = ConnectionPool(Server(host, server.port))
            assert await ask(pool) == (200, b"fine", None)
            pool.close()

    if host == "localhost" and not _is_both():
        pytest.skip("localhost is IPv4 alone here")
    runner.run(check())


def _is_both() -> bool:
    return any(found[0] == socket.AF_INET6 for found in socket.getaddrinfo("localhost", 1))
