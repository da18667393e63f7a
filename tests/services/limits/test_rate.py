"""A rate limit over a Redis that is there, away, or says nothing."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from limits import parse

from hcai_app.services.limits import rate
from hcai_app.services.limits.rate import RateLimit
from hcai_app.services.redis_client import RedisClient
from tests.harness.databases import OWN_REDIS, emptied_redis
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
    assert time.monotonic() - began < rate.RETRY_S / 2


async def test_a_redis_that_is_back_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate, "RETRY_S", 0.1)
    with emptied_redis(OWN_REDIS) as redis:
        shared = RedisClient(OWN_REDIS)
        limit = RateLimit("chat", FIVE, shared)
        assert (await limit.hit("ada")).remaining == 4
        with monkeypatch.context() as patch:
            patch.setattr(limit, "_shared", object())  # whatever it does, it does not answer
            assert (await limit.hit("ada")).remaining == 4
        assert (await limit.hit("ada")).remaining == 3  # by itself
        await asyncio.sleep(0.2)
        assert (await limit.hit("ada")).remaining == 3  # with the others
        assert redis.keys("hcai:limit*")
        await shared.close()
