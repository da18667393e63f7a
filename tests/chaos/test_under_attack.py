"""Every attack on one worker, one after another: it answers meanwhile, and its memory stays."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager, suppress

import httpx
import pytest

from tests.api.bad_input.raw import ask_once, head
from tests.api.bad_input.test_hostile_bodies import BOMBS, MB, unfinished
from tests.chaos.test_kill import ROOMY
from tests.conftest import Install
from tests.edge.socket.raw import HELLO, raw_socket, rss_mb
from tests.edge.socket.test_flood import flood
from tests.edge.socket.test_key_page import KEYS
from tests.edge.socket.test_limits import send_frame
from tests.harness.product import Product
from tests.harness.room import within
from tests.harness.tabs import open_session, tab

pytestmark = [pytest.mark.slow, pytest.mark.attack]

MAX_WAIT_S = 0.3
MAX_GROWTH_MB = 60
Attack = Callable[[Product, str], Awaitable[None]]


async def hostile_name(product: Product, key: str) -> None:
    """H1: text that the pages' framework would read as a reference to a variable."""
    cookie = await open_session(product, "UATTACK")
    async with httpx.AsyncClient(cookies={"hcai_session": cookie}) as client:
        for name in ("<reflex.Var>x</reflex.Var>", "<reflex.Var>1</reflex.Var>"):
            asked = {"json": {"name": name}, "headers": {"Origin": product.origin}}
            made = await client.post(f"{product.origin}/api/keys", **asked)
            assert made.status_code in (201, 400)
            async with tab(product, cookie, "/keys") as page:
                if made.status_code == 201:
                    await page.send(f"{KEYS}.revoke", {"key_id": made.json()["id"]})
                await page.settle()
                assert page.is_open


async def bodies_behind_upgrades(product: Product, key: str) -> None:
    """H2: what could be taken for a second request."""
    body = b"GET /proxy/v1/models/count HTTP/1.1\r\nHost: x\r\n\r\n"
    lines = [b"Connection: Upgrade", b"Upgrade: foo", b"Content-Length: %d" % len(body)]
    for _ in range(200):
        await asyncio.to_thread(ask_once, product, head(*lines) + body)


async def bombs(product: Product, key: str) -> None:
    """H3: 63 MB in one member."""
    for path, body in BOMBS.values():
        sent = path.decode().removeprefix("/proxy/v1")
        answer = await asyncio.to_thread(product.post, sent, key, content=body)
        assert answer.status_code == 400


async def unfinished_bodies(product: Product, key: str) -> None:
    """H4: bodies that never end, as many as find room."""

    def hold() -> None:
        with ExitStack() as sockets:
            for _ in range(5):
                with suppress(OSError):
                    unfinished(product, key, sockets)
            time.sleep(1)

    await asyncio.to_thread(hold)


async def inflated_frames(product: Product, key: str) -> None:
    """H5: small frames that would become large."""
    frame = b"\xc1\xfe\x10\x00" + bytes(4) + b"\xff" * 4096
    for _ in range(20):
        await asyncio.to_thread(send_frame, product, frame)


async def events(product: Product, key: str) -> None:
    """H6, W10: floods of events, and packets that are none."""
    await asyncio.gather(*(flood(product, 4_000) for _ in range(8)))
    for _ in range(100):
        async with raw_socket(product) as raw:
            await raw.say(HELLO, "9" * 11)


async def trailers(product: Product, key: str) -> None:
    """H7: 40 MB of trailers."""
    start = head(b"Authorization: Bearer " + key.encode(), b"Transfer-Encoding: chunked")
    for _ in range(3):
        with suppress(OSError):
            await asyncio.to_thread(
                ask_once, product, start + b"2\r\n{}\r\n0\r\n" + b"X: a\r\n" * (40 * MB // 6)
            )


async def small_reservations(product: Product, key: str) -> None:
    """W8: fifty calls at once whose limits look like nothing."""
    asked = {"max_tokens": 100.0, "messages": [{"role": "user", "content": "hi"}]}
    body = {"model": "qwen/qwen3-32b", **asked}
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=60) as client:
        url = f"{product.base_url}/chat/completions"
        await asyncio.gather(*(client.post(url, json=body) for _ in range(50)))


async def look_ups(product: Product, key: str) -> None:
    """W13: one student asks for generations all the time."""
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=60) as client:
        url = f"{product.base_url}/generation"
        await asyncio.gather(*(client.get(url, params={"id": f"gen-{n}"}) for n in range(300)))


async def many_keys(product: Product, key: str) -> None:
    """W14, W18: keys made without end, and unknown ones tried from everywhere."""
    cookie = await open_session(product, "UATTACK")
    cookies, origin = {"hcai_session": cookie}, {"Origin": product.origin}
    async with httpx.AsyncClient(cookies=cookies, headers=origin, timeout=60) as client:
        for number in range(300):
            await client.post(f"{product.origin}/api/keys", json={"name": str(number)})
            unknown = {"Authorization": f"Bearer sk-hc-v1-{number:064x}"}
            await client.get(f"{product.base_url}/stats", headers=unknown)


ATTACKS: list[Attack] = [
    hostile_name,
    bodies_behind_upgrades,
    bombs,
    unfinished_bodies,
    inflated_frames,
    events,
    trailers,
    small_reservations,
    look_ups,
    many_keys,
]


@pytest.fixture
def attacked(install_backend: Install) -> Product:
    return install_backend(**ROOMY).start()


@asynccontextmanager
async def watched(product: Product) -> AsyncIterator[list[float]]:
    """Ask all the time whether the process is alive; collects how long each answer took."""
    waits: list[float] = []
    is_over = threading.Event()

    def ask() -> None:
        with httpx.Client(timeout=60) as client:
            while not waits or not is_over.wait(0.01):
                began = time.monotonic()
                client.get(f"{product.origin}/healthz").raise_for_status()
                waits.append(time.monotonic() - began)

    asking = asyncio.ensure_future(asyncio.to_thread(ask))
    try:
        yield waits
    finally:
        is_over.set()
        await asking


async def test_no_attack_stops_the_worker_or_fills_it(attacked: Product) -> None:
    key = attacked.make_key("UATTACK", "--budget-usd", "1000")
    assert attacked.process is not None
    pid = attacked.process.pid
    for attack in ATTACKS:  # what is loaded once, and the allocator's share, is no growth
        await attack(attacked, key)
    seen: dict[str, tuple[float, float]] = {}
    for attack in ATTACKS:
        before = rss_mb(pid)
        async with watched(attacked) as waits:
            await attack(attacked, key)
        assert attacked.chat(key).status_code in (200, 429)
        seen[attack.__name__] = (max(waits), rss_mb(pid) - before)
    assert all(wait < within(MAX_WAIT_S) for wait, _growth in seen.values()), seen
    assert all(growth < MAX_GROWTH_MB for _wait, growth in seen.values()), seen
