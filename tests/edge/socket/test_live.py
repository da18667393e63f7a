"""What happens is shown to the tabs that watch, and to nobody else."""

import asyncio
import time
import uuid

import httpx
import pytest

from tests.conftest import Install
from tests.harness.databases import OWN_REDIS
from tests.harness.product import Product
from tests.harness.room import within
from tests.harness.tabs import DASHBOARD, Tab, open_session, tab

SOON_S = within(1.0)


class Student:
    """A user with a key and a cookie."""

    def __init__(self, product: Product) -> None:
        self.slack_id = f"U{uuid.uuid4().hex[:10].upper()}"
        self.product = product
        self.secret_key = product.settings["HCAI_SECRET_KEY"]
        self.key = product.make_key(self.slack_id)

    async def cookie(self) -> str:
        return await open_session(self.product, self.slack_id)

    async def call(self) -> None:
        answer = await asyncio.to_thread(self.product.chat, self.key)
        assert answer.status_code == 200


def requests(shown: Tab) -> str:
    """How many calls of today the dashboard shows."""
    return shown.of(DASHBOARD, "figures")["requests"]


def calls_left(shown: Tab) -> str:
    return shown.of(DASHBOARD, "figures")["calls_left"]


async def test_a_call_shows_within_a_second_without_a_reload(product: Product) -> None:
    ada = Student(product)
    async with tab(product, await ada.cookie()) as shown:
        assert requests(shown) == "0"
        for count in ("1", "2", "3"):
            await ada.call()
            await shown.until(lambda count=count: requests(shown) == count, SOON_S)


async def test_all_tabs_of_a_user_move_and_nobody_elses(product: Product) -> None:
    ada, bob = Student(product), Student(product)
    cookie = await ada.cookie()
    async with (
        tab(product, cookie) as one,
        tab(product, cookie) as two,
        tab(product, await bob.cookie()) as other,
    ):
        before = len(other.frames)
        await ada.call()
        await one.until(lambda: requests(one) == "1", SOON_S)
        await two.until(lambda: requests(two) == "1", SOON_S)
        assert len(other.frames) == before


async def test_a_busy_program_makes_at_most_four_updates_a_second(product: Product) -> None:
    ada = Student(product)
    async with tab(product, await ada.cookie()) as shown:
        before, began = len(shown.frames), time.monotonic()
        for _ in range(4):
            await asyncio.gather(*(ada.call() for _ in range(10)))
        await shown.until(lambda: requests(shown) == "40", SOON_S)
        seconds = time.monotonic() - began
        assert len(shown.frames) - before <= seconds * 4 + 1


async def test_a_refused_call_takes_a_place_and_shows(product: Product) -> None:
    ada = Student(product)
    async with tab(product, await ada.cookie()) as one:
        for _ in range(3):
            refused = await asyncio.to_thread(product.chat, ada.key, model="nobody/nothing")
            assert refused.status_code == 400
            left = refused.headers["x-ratelimit-remaining"]
            await one.until(lambda left=left: calls_left(one) == left, SOON_S)


async def test_a_call_over_the_limit_takes_no_place_and_shows_nothing(install: Install) -> None:
    product = install(HCAI_CHAT_RATE_LIMIT="1/hour").start()
    ada = Student(product)
    async with tab(product, await ada.cookie()) as one:
        await ada.call()
        await one.until(lambda: (requests(one), calls_left(one)) == ("1", "0"), SOON_S)
        before = one.of(DASHBOARD, "figures")
        for _ in range(3):
            refused = await asyncio.to_thread(product.chat, ada.key)
            assert refused.status_code == 429
        await asyncio.sleep(0.6)
        assert one.of(DASHBOARD, "figures") == before


async def test_another_budget_shows(product: Product) -> None:
    ada = Student(product)
    async with tab(product, await ada.cookie()) as one:
        assert one.of(DASHBOARD, "figures")["budget"] == "$4"
        await asyncio.to_thread(product.cli, "users", "budget", ada.slack_id, "2")
        await one.until(lambda: one.of(DASHBOARD, "figures")["budget"] == "$2", SOON_S)


async def test_a_tab_that_shows_another_page_is_left_alone_until_it_comes_back(
    product: Product,
) -> None:
    ada = Student(product)
    async with tab(product, await ada.cookie()) as shown, tab(product, await ada.cookie()) as still:
        await shown.go("/models")
        await shown.until_loaded()
        await asyncio.sleep(0.3)
        before = len(shown.frames)
        await ada.call()
        await still.until(lambda: requests(still) == "1", SOON_S)
        assert len(shown.frames) == before
        await shown.go("/dashboard")
        await shown.until(lambda: requests(shown) == "1")
        await ada.call()
        await shown.until(lambda: requests(shown) == "2", SOON_S)


async def test_a_server_that_starts_again_finds_its_tabs(install: Install) -> None:
    product = install().start()
    ada = Student(product)
    cookie = await ada.cookie()
    async with tab(product, cookie) as before:
        await asyncio.to_thread(product.stop)
        await before.until(lambda: not before.is_open)
        await asyncio.to_thread(product.start)
        async with tab(product, cookie, token=before.token) as again:
            await ada.call()
            await again.until(lambda: requests(again) == "1", SOON_S)


async def test_a_tab_on_another_worker_hears_of_a_call(install: Install) -> None:
    product = install(REDIS_URL=OWN_REDIS).start(workers=2)
    ada = Student(product)
    cookie = await ada.cookie()
    opened = [await Tab(product.origin, cookie, "/dashboard", None).open() for _ in range(6)]
    for one in opened:
        await one.until_loaded()
    for count in range(1, 5):
        await ada.call()
        for one in opened:
            await one.until(lambda one=one, count=count: requests(one) == str(count), SOON_S)
    await asyncio.to_thread(product.chat, ada.key, model="nobody/nothing")  # takes a place, is 400
    for one in opened:
        await one.until(lambda one=one: calls_left(one) == "145", SOON_S)
    for one in opened:
        await one.close()


async def test_fifty_tabs_that_close_leave_nothing(product: Product) -> None:
    ada = Student(product)
    cookie = await ada.cookie()
    async with tab(product, cookie):  # what the first tab brings up stays up
        pass
    for name in ("hcai_live_tabs", "hcai_open_tabs"):
        await until_gauge(product, name, 0)
    before = await gauge(product, "hcai_tasks")
    for _ in range(3):
        opened = [Tab(product.origin, cookie, "/dashboard", None) for _ in range(50)]
        for one in opened:
            await one.open()
        await asyncio.gather(*(one.until_loaded() for one in opened))
        assert await gauge(product, "hcai_live_tabs") == 50
        assert await gauge(product, "hcai_open_tabs") == 50
        await ada.call()
        await asyncio.gather(*(one.close() for one in opened))
        for name in ("hcai_live_tabs", "hcai_open_tabs"):
            await until_gauge(product, name, 0)
    # A closed socket sleeps its last ping out; a server has a task more or less at any time.
    await until_gauge(product, "hcai_tasks", before + 5)


async def until_gauge(product: Product, name: str, most: float) -> None:
    """Wait until a gauge of the server is there, or below."""
    for _ in range(600):
        if await gauge(product, name) <= most:
            return
        await asyncio.sleep(0.1)
    pytest.fail(f"{name} stays above {most}")


async def gauge(product: Product, name: str) -> float:
    async with httpx.AsyncClient() as prometheus:
        text = (await prometheus.get(f"{product.origin}/metrics")).text
    return float(text.split(f"\n{name} ")[1].split()[0])
