"""More events than a page has: nobody else notices, and nobody is written down."""

import asyncio
import threading
import time
import uuid
from collections import deque
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import aiohttp
import httpx
import pytest
from reflex_base.event.processor import EventProcessor

from hcai_app.edge import socket_limits
from hcai_app.edge.reflex_internals import sockets
from hcai_app.services.people import sessions
from tests.conftest import Install
from tests.edge.socket.raw import HELLO, raw_socket, rss_mb
from tests.harness.product import Product
from tests.harness.room import within
from tests.harness.tabs import DASHBOARD, HYDRATE, Tab, open_session, tab

FLOOD = 4_000
HYDRATES = f'42/_event,["event",{{"name":"{HYDRATE}","payload":{{}},"router_data":{{}}}}]'
# What a flood may leave behind.
MOST_MB, MOST_LOG = 60, 20_000
SLOWEST_S = within(1.0)


async def flood(product: Product, count: int, a_second: float | None = None) -> bool:
    """Send so many events through one socket; return whether the server closed it."""
    async with raw_socket(product) as raw:
        reading = asyncio.ensure_future(raw.closed_after(30 if a_second is None else 6))
        # What the server closes in the middle of is an error of the client's.
        with suppress(aiohttp.ClientError, ConnectionError):
            await raw.say(HELLO)
            for _ in range(count):
                await raw.say(HYDRATES)
                await asyncio.sleep(1 / a_second if a_second else 0)
        return await reading is not None


def slowest(product: Product, is_over: threading.Event) -> float:
    """Return the longest that another's request takes meanwhile."""
    worst = 0.0
    with httpx.Client(base_url=product.origin) as client:
        while not is_over.wait(0.02):
            began = time.monotonic()
            assert client.get("/healthz", timeout=30).status_code == 200
            worst = max(worst, time.monotonic() - began)
    return worst


@pytest.mark.attack
async def test_a_flood_leaves_nothing_behind_and_holds_up_nobody(install: Install) -> None:
    product = install().start()
    assert product.process is not None
    slack_id = f"U{uuid.uuid4().hex[:10].upper()}"
    product.make_key(slack_id)
    cookie = await open_session(product, slack_id)
    async with tab(product, cookie) as hers:
        await asyncio.gather(*(flood(product, 50) for _ in range(4)))  # what is loaded once
        before, log = rss_mb(product.process.pid), len(product.process.log)
        is_over = threading.Event()
        measured = asyncio.ensure_future(asyncio.to_thread(slowest, product, is_over))
        closed = await asyncio.gather(
            *(flood(product, FLOOD) for _ in range(12)),
            *(flood(product, 150, socket_limits.MESSAGES_A_SECOND) for _ in range(4)),
            keep_busy(hers),
        )
        is_over.set()
        worst = await measured
        assert all(closed[:12])
        await hers.settle()
        assert hers.is_open
        told = product.process.log[log:]
    assert rss_mb(product.process.pid) - before < MOST_MB
    assert len(told) < MOST_LOG
    session_id = sessions.id_of(cookie, product.settings["HCAI_SECRET_KEY"])
    for secret in (session_id, hers.token, cookie, HYDRATE, "router_data", "RecursionError"):
        assert secret not in told
    assert worst < SLOWEST_S


async def keep_busy(page: Tab) -> None:
    """Choose ranges as somebody does who cannot decide."""
    for turn in range(20):
        await page.send(f"{DASHBOARD}.choose_range", {"value": ("7d", "24h")[turn % 2]})
        await asyncio.sleep(0.1)


@pytest.mark.attack
async def test_a_socket_sends_so_many_events_and_is_closed(product: Product) -> None:
    assert await flood(product, FLOOD)


async def test_somebody_who_clicks_fast_is_not(product: Product) -> None:
    async with tab(product) as page:
        for _ in range(40):
            await page.send(HYDRATE)
        await page.settle()
        assert page.is_open


@pytest.mark.attack
def test_cancelled_events_are_skipped_however_many_wait() -> None:
    sockets.dispatch_in_a_loop()
    started: list[str] = []
    cancelled = [SimpleNamespace(ctx=SimpleNamespace(txid=str(n))) for n in range(5_000)]
    last = SimpleNamespace(ctx=SimpleNamespace(txid="last"))
    processor = SimpleNamespace(
        _token_queues={
            "flooded": deque((entry, None) for entry in cancelled),
            "busy": deque((entry, None) for entry in [*cancelled, last]),
        },
        _futures={"last": SimpleNamespace(cancelled=lambda: False)},
        _create_event_task=lambda entry, registered_handler: started.append(entry.ctx.txid),
    )
    dispatch: Any = EventProcessor._dispatch_next_for_token
    dispatch(processor, "flooded")
    dispatch(processor, "busy")
    dispatch(processor, "no such")
    assert started == ["last"]
    assert list(processor._token_queues) == ["busy"]
    assert len(processor._token_queues["busy"]) == 1


@pytest.mark.attack
def test_a_queue_that_breaks_is_gone() -> None:
    sockets.dispatch_in_a_loop()

    def broken(**_: Any) -> None:
        raise RuntimeError

    entry = SimpleNamespace(ctx=SimpleNamespace(txid="1"))
    processor = SimpleNamespace(
        _token_queues={"tab": deque([(entry, None)])},
        _futures={"1": SimpleNamespace(cancelled=lambda: False)},
        _create_event_task=broken,
    )
    dispatch: Any = EventProcessor._dispatch_next_for_token
    with pytest.raises(RuntimeError):
        dispatch(processor, "tab")
    assert processor._token_queues == {}
