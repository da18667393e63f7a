"""A Redis that says what nobody understands, or holds what somebody else has put there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from limits import parse
from redis import Redis

from hcai_app.services.limits.rate import RateLimit
from hcai_app.services.redis_client import WORKERS, RedisClient
from tests.harness.own_redis import own_redis

FIVE = parse("5/minute")
AT_MOST_S = 5
NONSENSE = {
    "number": b":x\r\n",
    "length": b"$x\r\n",
    "list": b"*x\r\n",
    "text": b"+\xff\xfe\r\n",
    "huge": b"$99999999999999999999999\r\n",
    "web-page": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "zeros": bytes(100),
}


@asynccontextmanager
async def saying(words: bytes) -> AsyncIterator[str]:
    """A server that answers everything with the same words; its address."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(10_000):
            writer.write(words * 20)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()
        yield f"redis://{host}:{port}"


@pytest.mark.parametrize("words", NONSENSE.values(), ids=NONSENSE)
async def test_who_asks_a_redis_that_talks_nonsense_goes_on_without_it(words: bytes) -> None:
    async with saying(words) as url:
        redis = RedisClient(url)
        limit = RateLimit("chat", FIVE, redis)
        async with asyncio.timeout(AT_MOST_S):
            assert (await limit.hit("ada")).remaining == 4
            await redis.beat()
            assert redis.is_away
            assert (await limit.hit("ada")).remaining == 3
            await redis.close()


async def test_a_foreign_value_in_the_place_of_a_limit_is_dropped(tmp_path: Path) -> None:
    with own_redis(tmp_path) as server, Redis.from_url(server.url) as other:
        redis = RedisClient(server.url)
        limit = RateLimit("chat", FIVE, redis)
        await redis.beat()
        other.set("hcai:limit:chat:ada", "mine")
        assert (await limit.hit("ada")).is_allowed  # by itself
        await limit.hit("ada")
        assert other.llen("hcai:limit:chat:ada") == 1
        await redis.close()


async def test_a_foreign_value_in_the_place_of_the_workers_is_dropped(tmp_path: Path) -> None:
    with own_redis(tmp_path) as server, Redis.from_url(server.url) as other:
        redis = RedisClient(server.url)
        await redis.beat()
        other.delete(WORKERS)
        other.set(WORKERS, "mine")
        await redis.beat()
        await redis.beat()
        assert not redis.is_away
        assert other.zcard(WORKERS) == 1
        await redis.close()


@pytest.mark.parametrize("member", [{"x": float("inf")}, {b"\xff\xfe": 9e15}])
async def test_a_member_that_is_no_worker_ends_nobody(
    tmp_path: Path, member: dict[str | bytes, float]
) -> None:
    with own_redis(tmp_path) as server, Redis.from_url(server.url) as other:
        redis = RedisClient(server.url)
        await redis.beat()
        other.zadd(WORKERS, member)
        async with asyncio.timeout(AT_MOST_S):
            await redis.beat()
            assert (await RateLimit("chat", FIVE, redis).hit("ada")).is_allowed
            other.delete(WORKERS)
            await redis.beat()
            assert not redis.is_away
            await redis.close()
