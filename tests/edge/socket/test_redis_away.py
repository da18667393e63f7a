"""Two workers whose Redis goes away for a while: the tabs that watch go on afterwards."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Install
from tests.edge.socket.test_live import Student, requests
from tests.harness.databases import missing
from tests.harness.own_redis import OwnRedis
from tests.harness.room import within
from tests.harness.tabs import Tab

AWAY_S = 3.0
BACK_S = within(10.0)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[OwnRedis]:
    if not OwnRedis.is_possible():
        missing("Redis' server")
    own = OwnRedis(tmp_path)
    own.start()
    yield own
    own.stop()


async def all_show(tabs: list[Tab], count: str) -> None:
    for one in tabs:
        await one.until(lambda one=one: requests(one) == count, BACK_S)


async def test_tabs_catch_up_when_redis_is_back(install: Install, redis: OwnRedis) -> None:
    product = install(REDIS_URL=redis.url).start(workers=2)
    ada = Student(product)
    cookie = await ada.cookie()
    tabs = [await Tab(product.origin, cookie, "/dashboard", None).open() for _ in range(4)]
    for one in tabs:
        await one.until_loaded()
    await ada.call()
    await all_show(tabs, "1")
    redis.stop()
    await ada.call()
    await asyncio.sleep(AWAY_S)
    redis.start()
    await all_show(tabs, "2")
    await ada.call()
    await all_show(tabs, "3")
    for one in tabs:
        await one.close()
