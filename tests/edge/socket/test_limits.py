"""One socket, or one address, takes only so much of a worker; a page never notices."""

import asyncio
import socket
import zlib
from contextlib import AsyncExitStack

import aiohttp
import pytest

from hcai_app.edge import socket_limits
from hcai_app.edge.event_guard import LONGEST_STORED
from tests.conftest import Install
from tests.edge.socket.raw import HELLO, ROAD, raw_socket, rss_mb
from tests.harness.product import Product
from tests.harness.tabs import DASHBOARD, ROOT, tab

UPDATE_VARS = f"{ROOT}.reflex___state____update_vars_internal_state.update_vars_internal"
STORED = ("range", "group", "measure")
CLOSED_S = 3.0
RUBBISH = (
    "",
    "4",
    "x",
    "2probe",
    "5",
    "6",
    "b4AAAA",
    "40",
    "40/other,",
    "42[]",
    "42/other,[]",
    "42/_event,",
    "42/_event,[]",
    "42/_event,[1]",
    "42/_event,{}",
    "42/_event,{",
    '42/_event,[{"a":1}]',
    "42/_event," + "[" * 50_000,
    "42/_event," + "9" * 50_000,
    '43/_event,1["x"]',
    '44/_event,"x"',
    '451-/_event,["event",{"_placeholder":true,"num":0}]',
    "4999999999-/_event,[]",
    "40/_event,",
)


def log_size(product: Product) -> int:
    assert product.process is not None
    return len(product.process.log)


@pytest.mark.attack
@pytest.mark.parametrize("rubbish", RUBBISH, ids=lambda text: text[:24])
async def test_what_no_page_says_closes_the_socket_and_is_not_logged(
    product: Product, rubbish: str
) -> None:
    before = log_size(product)
    for opening in ([], [HELLO]):
        if [rubbish] == [HELLO] and not opening:
            continue
        async with raw_socket(product) as raw:
            await raw.say(*opening, rubbish)
            assert await raw.closed_after(CLOSED_S) is not None
    async with raw_socket(product) as raw:
        await raw.connection.send_bytes(b"40/_event,")
        assert await raw.closed_after(CLOSED_S) is not None
    assert log_size(product) == before


async def test_what_a_page_says_does_not(product: Product) -> None:
    async with raw_socket(product) as raw:
        await raw.say(HELLO, "3", '42/_event,["ping"]')
        assert await raw.closed_after(1.0) is None
        assert any("pong" in text for text in raw.seen)


@pytest.mark.attack
async def test_a_socket_that_says_nothing_is_closed(product: Product) -> None:
    async with tab(product) as calm, raw_socket(product) as silent:
        seconds = await silent.closed_after(socket_limits.FIRST_PACKET_S + 3)
        assert seconds is not None
        assert seconds > socket_limits.FIRST_PACKET_S - 1
        await calm.settle()


@pytest.mark.attack
async def test_nothing_is_inflated(product: Product) -> None:
    """A small compressed frame would become megabytes before anybody could refuse it."""
    assert product.process is not None
    bomb = zlib.compressobj(wbits=-15)
    packed = bomb.compress(b"4" * 200_000_000) + bomb.flush()
    frame = b"\xc1\xff" + len(packed).to_bytes(8, "big") + bytes(4) + packed
    before = rss_mb(product.process.pid)
    for _ in range(5):
        answer = await asyncio.to_thread(send_frame, product, frame)
        assert b"permessage-deflate" not in answer.lower()
    assert rss_mb(product.process.pid) - before < 20
    async with tab(product) as calm:
        await calm.settle()


def send_frame(product: Product, frame: bytes) -> bytes:
    """Ask for compression, send a frame, and return all that comes until the socket is closed."""
    request = (
        f"GET {ROAD} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
    )
    answer = b""
    with socket.create_connection(("127.0.0.1", product.port), timeout=10) as connection:
        connection.sendall(request.encode())
        answer += connection.recv(4096)
        try:
            connection.sendall(frame)
            while part := connection.recv(4096):
                answer += part
        except ConnectionError:
            pass
    return answer


@pytest.mark.attack
@pytest.mark.parametrize("size", [socket_limits.MAX_MESSAGE + 1, 2_000_000])
async def test_a_message_has_a_size(product: Product, size: int) -> None:
    async with raw_socket(product) as raw:
        await raw.say(HELLO, "42/_event," + "x" * size)
        assert await raw.closed_after(CLOSED_S) is not None


async def test_the_largest_event_of_a_page_fits(product: Product) -> None:
    async with tab(product) as page:
        kept = {f"{DASHBOARD}.{name}": "x" * LONGEST_STORED for name in STORED}
        await page.send(UPDATE_VARS, {"vars": kept})
        await page.settle()
        assert page.is_open


@pytest.mark.attack
async def test_an_address_has_so_many_sockets(install: Install) -> None:
    product = install(HCAI_TRUSTED_PROXY_HOPS="1").start()
    limit = socket_limits.MAX_OF_ADDRESS
    url = product.origin + ROAD
    async with AsyncExitStack() as stack:
        connector = aiohttp.TCPConnector(limit=0, force_close=True)
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))

        async def open_one(address: str) -> int:
            try:
                opened = await http.ws_connect(url, headers={"X-Forwarded-For": address})
            except aiohttp.WSServerHandshakeError as refusal:
                return refusal.status
            stack.push_async_callback(opened.close)
            return 101

        found = await asyncio.gather(*(open_one(f"2001:db8::{n}") for n in range(limit + 60)))
        assert found.count(101) <= limit + 20  # a few more a second, once some are closed
        assert found.count(403) >= 40
        assert await open_one("203.0.113.9") == 101
        assert await open_one("2001:db8:0:1::1") == 101
    assert product.process is not None
    assert "Traceback" not in product.process.log


@pytest.mark.parametrize("origin", ["http://10.0.0.5:3000", "https://www.hcai.example"])
async def test_an_operator_is_told_once_of_pages_at_another_origin(
    install: Install, origin: str
) -> None:
    product = install().start()
    for _ in range(3):
        with pytest.raises(aiohttp.WSServerHandshakeError):
            async with raw_socket(product, Origin=origin):
                pass
    async with raw_socket(product, Origin=product.origin) as ours:
        await ours.say(HELLO)
        assert await ours.closed_after(0.5) is None
    assert product.process is not None
    (line,) = [line for line in product.process.log.splitlines() if origin in line]
    assert "set HCAI_BASE_URL" in line
    assert product.origin in line


@pytest.mark.attack
async def test_made_up_origins_fill_no_log(install: Install) -> None:
    product = install().start()
    for number in range(socket_limits.MAX_LOGGED + 10):
        with pytest.raises(aiohttp.WSServerHandshakeError):
            async with raw_socket(product, Origin=f"http://{number}.example/" + "x" * 5_000):
                pass
    assert product.process is not None
    assert product.process.log.count("cannot connect") == socket_limits.MAX_LOGGED
    assert len(product.process.log) < 10_000
