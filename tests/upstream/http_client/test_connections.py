"""Connections: kept and reused, closed in time, and a request that is sent exactly once."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from hcai_app.upstream.http_client import pool as pools
from hcai_app.upstream.http_client.errors import (
    BrokenOffError,
    CannotConnectError,
    UnseenError,
)
from hcai_app.upstream.http_client.pool import ConnectionPool, Server
from hcai_app.upstream.http_client.response import READ_AHEAD
from tests.harness.processes import free_port
from tests.upstream.http_client.scripted_server import Say, answer, scripted_server
from tests.upstream.http_client.test_answers import HEAD, ask


class ClosingServer(threading.Thread):
    """A server of its own thread, that closes a connection at any moment of ours."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.requests: list[bytes] = []
        self.accepted: list[socket.socket] = []
        self.is_rude = False  # reads a request, and closes without a word

    def run(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.accepted.append(connection)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        try:
            while data := connection.recv(1 << 20):
                self.requests.append(data)
                if self.is_rude and len(self.requests) > 1:
                    connection.close()
                    return
                connection.sendall(answer(b"fine"))
        except OSError:
            pass

    def close_idle(self) -> None:
        """Close as a server does: its side is over when this returns."""
        self.accepted[-1].shutdown(socket.SHUT_RDWR)
        self.accepted[-1].close()


@contextmanager
def closing_server() -> Iterator[ClosingServer]:
    server = ClosingServer()
    server.start()
    yield server
    server.listener.shutdown(socket.SHUT_RDWR)
    server.listener.close()
    for connection in server.accepted:
        connection.close()


@pytest.mark.parametrize("size", [2, 300_000])
def test_a_connection_closed_while_idle_costs_no_call_and_no_second_generation(
    runner: asyncio.Runner, size: int
) -> None:
    async def check() -> None:
        with closing_server() as server:
            pool = ConnectionPool(Server("127.0.0.1", server.port))
            assert await ask(pool) == (200, b"fine", None)
            server.close_idle()  # and the loop has not had a moment to notice it
            status, body, error = await ask(pool, b"x" * size)
            assert (status, body, error) == (200, b"fine", None)
            assert len(server.accepted) == 2
            assert sum(data.count(b"POST") for data in server.requests) == 2
            pool.close()

    runner.run(check())


def test_a_request_that_the_server_may_have_seen_is_not_sent_again(runner: asyncio.Runner) -> None:
    async def check() -> None:
        with closing_server() as server:
            server.is_rude = True
            pool = ConnectionPool(Server("127.0.0.1", server.port))
            assert await ask(pool) == (200, b"fine", None)
            _status, _body, error = await ask(pool, b"once")
            assert type(error) is BrokenOffError
            assert sum(b"once" in data for data in server.requests) == 1
            assert len(server.accepted) == 1
            pool.close()

    runner.run(check())


def test_a_new_connection_that_closes_at_once_is_not_tried_for_ever(
    runner: asyncio.Runner,
) -> None:
    async def check() -> None:
        accepted = 0

        async def refuse(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal accepted
            accepted += 1
            writer.close()

        server = await asyncio.start_server(refuse, "127.0.0.1", 0)
        pool = ConnectionPool(Server("127.0.0.1", server.sockets[0].getsockname()[1]))
        _status, _body, error = await ask(pool)
        assert isinstance(error, BrokenOffError)
        assert accepted == 1
        pool.close()
        server.close()

    runner.run(check())


def test_the_connection_used_last_is_used_first_and_idle_ones_are_closed(
    runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "KEEP_ALIVE_S", 0.2)

    async def check() -> None:
        async with scripted_server() as server:
            pool = ConnectionPool(Server("127.0.0.1", server.port))
            assert len(await asyncio.gather(*(ask(pool) for _ in range(5)))) == 5
            assert server.connections == 5
            until = time.monotonic() + 5
            while len(server.running) > 1 and time.monotonic() < until:
                await ask(pool)
                await asyncio.sleep(0.02)
            assert len(server.running) == 1
            assert server.connections == 5
            pool.close()

    runner.run(check())


def test_an_answer_that_comes_before_the_request_is_sent_ends_the_connection(
    runner: asyncio.Runner,
) -> None:
    async def early(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer(b"too large", status=b"413 No"))
        await writer.drain()
        await reader.read()
        writer.close()

    async def check() -> None:
        server = await asyncio.start_server(early, "127.0.0.1", 0, limit=1000)
        pool = ConnectionPool(Server("127.0.0.1", server.sockets[0].getsockname()[1]))
        response = await asyncio.wait_for(pool.send(HEAD % 50_000_000, b"x" * 50_000_000), 10)
        assert (response.status, await response.read(100)) == (413, b"too large")
        assert pool._take_idle() is None
        pool.close()
        server.close()

    runner.run(check())


def test_a_slow_reader_slows_the_server(runner: asyncio.Runner) -> None:
    body = bytes(20_000_000)

    async def check() -> None:
        async with scripted_server() as server:
            server.script.append(Say([answer(body)]))
            pool = ConnectionPool(Server("127.0.0.1", server.port))
            response = await pool.send(HEAD % 2, b"{}")
            await asyncio.sleep(0.2)
            # What is read ahead, and what one read of the loop may bring beside it.
            assert response._size <= READ_AHEAD + 300_000
            got = 0
            while data := await response.read_any():
                got += len(data)
                await asyncio.sleep(0)
            assert got == len(body)
            assert await ask(pool) == (200, b"fine", None)
            assert server.connections == 1
            pool.close()

    runner.run(check())


def test_an_answer_given_up_closes_its_connection(runner: asyncio.Runner) -> None:
    async def check() -> None:
        async with scripted_server() as server:
            server.script.append(Say([answer(b"x" * 100)[:-50]]))
            pool = ConnectionPool(Server("127.0.0.1", server.port))
            response = await pool.send(HEAD % 2, b"{}")
            assert await response.read_any()
            response.close()
            await asyncio.sleep(0.05)
            assert not server.running
            asking = asyncio.ensure_future(pool.send(HEAD % 9, b"short"))  # waits for the rest
            await asyncio.sleep(0.05)
            asking.cancel()
            await asyncio.sleep(0.05)
            assert not server.running
            assert not pool._open
            pool.close()

    runner.run(check())


def test_nobody_there_is_told_at_once(runner: asyncio.Runner) -> None:
    async def check() -> None:
        for host in ("127.0.0.1", "localhost", "nobody.invalid"):
            pool = ConnectionPool(Server(host, free_port()))
            _status, _body, error = await ask(pool)
            assert isinstance(error, CannotConnectError)
            pool.close()

    runner.run(check())


def test_connections_are_limited(runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "MAX_CONNECTIONS", 3)

    async def check() -> None:
        async with scripted_server() as server:
            pool = ConnectionPool(Server("127.0.0.1", server.port))
            told = await asyncio.gather(*(ask(pool) for _ in range(5)))
            assert sorted(status for status, _, _ in told) == [0, 0, 200, 200, 200]
            assert (await ask(pool))[0] == 200
            pool.close()

    runner.run(check())


def test_a_server_that_takes_no_connection_is_a_timeout(
    runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "CONNECT_S", 0.2)

    async def check() -> None:
        with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
            port = full.getsockname()[1]
            waiting = [socket.socket() for _ in range(4)]
            for one in waiting:  # the queue is full: the next one gets no answer
                one.setblocking(False)
                one.connect_ex(("127.0.0.1", port))
            pool = ConnectionPool(Server("127.0.0.1", port))
            with pytest.raises(TimeoutError):
                await pool.send(HEAD % 0, b"")
            pool.close()
            for one in waiting:
                one.close()

    runner.run(check())


def test_the_second_address_is_tried_beside_the_first(runner: asyncio.Runner) -> None:
    async def check() -> None:
        async with scripted_server(host="127.0.0.2") as server:
            pool = ConnectionPool(Server("127.0.0.1", server.port))  # where nobody listens
            pool._addresses.value = ["127.0.0.1", "127.0.0.2"]
            pool._addresses._fetched_at = time.monotonic()
            assert await ask(pool) == (200, b"fine", None)
            pool.close()

    runner.run(check())


def test_a_request_that_nobody_has_seen_is_one_that_broke_off() -> None:
    assert issubclass(UnseenError, BrokenOffError)
