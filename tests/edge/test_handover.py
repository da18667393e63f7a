"""Workers that serve the API alone hand every other request to a worker with pages."""

import asyncio
import http.client
import os
import signal
from collections.abc import AsyncIterator
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import pytest
import uvicorn
from uvicorn.server import ServerState

from hcai_app.edge import handover
from hcai_app.edge.handover import GivingProtocol, Taker
from tests.chaos import books, procfs
from tests.conftest import Install
from tests.harness.databases import OWN_REDIS
from tests.harness.tabs import Tab

# What a worker with pages has loaded besides.
REFLEX_MB = 10


class Told:
    """An app that says who it is, and what it was asked."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        await self.may_answer.wait()
        port = scope["client"][1]
        said = f"{self.name} {scope['method']} {scope['path']} {body.decode()} {port}".encode()
        headers = [(b"content-length", b"%d" % len(said))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": said})


class Site:
    """A port whose listener serves the API alone, and a worker with pages beside it."""

    def __init__(self) -> None:
        self.api, self.pages = Told("api"), Told("pages")
        self.ends = handover.open_way()
        self.taker = Taker(self.ends.taking, _server(self.pages))

    async def open(self) -> "Site":
        server = _server(self.api)
        protocol = partial(
            GivingProtocol,
            config=server.config,
            server_state=server.server_state,
            app_state={},
            owns=lambda scope: scope["path"].startswith("/proxy"),
            giving=self.ends.giving,
        )
        self.listener = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
        self.port = self.listener.sockets[0].getsockname()[1]
        self.taker.start()
        return self

    async def close(self) -> None:
        if self.ends.taking.fileno() >= 0:
            self.taker.stop()
        self.listener.close()
        for end in self.ends:
            end.close()

    async def connect(self) -> "Connection":
        return Connection(*await asyncio.open_connection("127.0.0.1", self.port))


class Connection:
    """A client's connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.port = writer.get_extra_info("sockname")[1]

    async def send(self, data: bytes, packet: int = 1 << 20) -> None:
        for at in range(0, len(data), packet):
            self._writer.write(data[at : at + packet])
            await self._writer.drain()
            await asyncio.sleep(0.002)

    async def answer(self) -> str:
        async with asyncio.timeout(10):
            head = await self._reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            return (await self._reader.readexactly(length)).decode()

    def close(self) -> None:
        self._writer.close()


def _server(app: Told) -> uvicorn.Server:
    config = uvicorn.Config(cast(Any, app), lifespan="off", log_config=None)
    config.load()
    stub = SimpleNamespace(
        config=config, server_state=ServerState(), lifespan=SimpleNamespace(state={})
    )
    return cast(uvicorn.Server, stub)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    opened = await Site().open()
    yield opened
    await opened.close()


def post(path: str, body: str) -> bytes:
    return f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


@pytest.mark.parametrize("packet", [1, 7, 1 << 20])
async def test_a_connection_goes_on_at_the_pages_and_its_client_notices_nothing(
    site: Site, packet: int
) -> None:
    client = await site.connect()
    await client.send(post("/proxy/v1/x", "call"), packet)
    assert await client.answer() == f"api POST /proxy/v1/x call {client.port}"
    await client.send(post("/upload", "file"), packet)
    assert await client.answer() == f"pages POST /upload file {client.port}"
    await client.send(get("/proxy/v1/x"), packet)  # which those with pages serve, too
    assert await client.answer() == f"pages GET /proxy/v1/x  {client.port}"
    client.close()


async def test_a_body_that_comes_later_follows_its_request(site: Site) -> None:
    client, request = await site.connect(), post("/upload", "x" * 300_000)
    await client.send(request, 40_000)
    assert await client.answer() == f"pages POST /upload {'x' * 300_000} {client.port}"
    client.close()


async def test_a_page_that_is_asked_for_behind_a_running_call_cuts_no_answer(site: Site) -> None:
    site.api.may_answer.clear()
    client = await site.connect()
    await client.send(get("/proxy/v1/x") + get("/page"))
    site.api.may_answer.set()
    assert await client.answer() == f"api GET /proxy/v1/x  {client.port}"
    assert await client.answer() == f"api GET /page  {client.port}"
    client.close()


async def test_what_follows_an_ignored_upgrade_in_its_packet_is_not_handed_over(site: Site) -> None:
    client = await site.connect()
    asks = b"POST /proxy/v1/x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n"
    await client.send(asks + b"Content-Length: 8\r\n\r\nGET ")
    await client.send(b"/pag" + get("/page"))
    assert await client.answer() == f"api POST /proxy/v1/x GET /pag {client.port}"
    assert await client.answer() == f"api GET /page  {client.port}"
    client.close()


async def test_where_nobody_can_take_it_a_page_is_a_503(site: Site) -> None:
    site.taker.stop()
    site.ends.taking.close()
    client = await site.connect()
    await client.send(get("/page"))
    assert "The pages cannot be reached" in await client.answer()
    client.close()


async def test_what_is_handed_over_waits_for_a_worker_that_is_being_replaced(site: Site) -> None:
    site.taker.stop()
    clients = [await site.connect() for _ in range(30)]
    for client in clients:
        await client.send(get("/page"))
    site.taker.start()
    assert [await client.answer() for client in clients] == [
        f"pages GET /page  {client.port}" for client in clients
    ]
    for client in clients:
        client.close()


async def test_workers_of_both_kinds_serve_one_port(install_backend: Install) -> None:
    product = install_backend(REDIS_URL=OWN_REDIS).start(api_workers=1)
    assert product.process is not None
    await until_pages(product.port)
    for _ in range(12):
        client = http.client.HTTPConnection("127.0.0.1", product.port, timeout=30)
        for path, status in (("/proxy/v1/key", 401), ("/ping", 200), ("/proxy/v1/key", 401)):
            client.request("GET", path)
            answer = client.getresponse()
            assert (answer.status, bool(answer.read())) == (status, True)
        client.close()
    for _ in range(6):
        tab = await Tab(product.origin, None, "/", None).open()
        await tab.until_loaded()
        await tab.close()
    api, pages = sorted(procfs.workers(product.process.pid), key=procfs.memory_mb)
    assert procfs.memory_mb(api) + REFLEX_MB < procfs.memory_mb(pages)
    os.kill(pages, signal.SIGKILL)
    books.wait_until(lambda: not procfs.lives(pages), 10, "the worker with pages is dead")
    await until_pages(product.port)


async def until_pages(port: int) -> None:
    """Wait for a worker with pages; what is handed over meanwhile waits for one, too."""
    wait = partial(books.wait_until, lambda: answers(port, "/ping") == 200, 60, "pages")
    await asyncio.to_thread(wait)


def answers(port: int, path: str) -> int:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        client.request("GET", path)
        return client.getresponse().status
    except OSError:
        return 0
    finally:
        client.close()
