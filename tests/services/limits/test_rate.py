"""A rate limit over a Redis that is there, away, or says nothing."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from limits import parse

from hcai_app.services.limits.rate import RateLimit
from hcai_app.services.redis_client import TIMEOUT_S, RedisClient
from tests.harness.databases import OWN_REDIS, emptied_redis
from tests.harness.own_redis import own_redis
from tests.harness.silence import silent_server

FIVE = parse("5/minute")


@pytest.fixture
async def silent() -> AsyncIterator[RateLimit]:
    """A limit over a Redis that takes every connection and never answers."""
    async with silent_server() as address:
        redis = RedisClient(f"redis://{address}")
        yield RateLimit("chat", FIVE, redis)
        await redis.close()


async def test_a_redis_that_never_answers_is_waited_for_a_second(silent: RateLimit) -> None:
    async with asyncio.timeout(3):
        assert (await silent.hit("ada")).remaining == 4
    async with asyncio.timeout(3):
        assert (await silent.peek("ada")).remaining == 4


async def test_whoever_comes_meanwhile_does_not_wait_for_it_again(silent: RateLimit) -> None:
    await silent.hit("ada")
    began = time.monotonic()
    for _ in range(4):
        await silent.hit("ada")
    assert not (await silent.hit("ada")).is_allowed
    assert time.monotonic() - began < TIMEOUT_S / 2


async def test_a_redis_that_is_back_is_asked_again(tmp_path: Path) -> None:
    with own_redis(tmp_path) as server:
        shared = RedisClient(server.url)
        limit = RateLimit("chat", FIVE, shared)
        assert (await limit.hit("ada")).remaining == 4
        server.stop()
        assert (await limit.hit("ada")).remaining == 4  # by itself
        server.start()
        assert (await limit.hit("ada")).remaining == 3
        await shared.beat()
        assert (await limit.hit("ada")).remaining == 3  # with the others
        await shared.close()


async def test_hosts_whose_clocks_differ_share_one_window(monkeypatch: pytest.MonkeyPatch) -> None:
    with emptied_redis(OWN_REDIS):
        shared = RedisClient(OWN_REDIS)
        limit = RateLimit("chat", FIVE, shared)
        wall = time.time
        for step_s in (0, 3_600, -3_600, 120, -120):
            monkeypatch.setattr(time, "time", lambda step_s=step_s: wall() + step_s)
            assert (await limit.hit("ada")).is_allowed
        refused = await limit.hit("ada")
        assert not refused.is_allowed
        assert 55 <= refused.seconds_to_reset() <= 60
        await shared.close()
