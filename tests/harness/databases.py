"""Databases of the tests' own: PostgreSQL's are dropped again, Redis' are emptied again."""

import asyncio
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import pytest
from redis import Redis
from redis.exceptions import RedisError

SERVER = "postgresql://postgres@127.0.0.1:5432"
REDIS = "redis://127.0.0.1:6379"


@contextmanager
def postgres_database() -> Iterator[str]:
    """Make a database, give its address, drop it."""
    name = f"hcai_test_{secrets.token_hex(6)}"
    try:
        asyncio.run(_execute(f"CREATE DATABASE {name}"))
    except OSError:
        missing("PostgreSQL on 127.0.0.1:5432")
    try:
        yield f"{SERVER}/{name}"
    finally:
        asyncio.run(_execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


@contextmanager
def emptied_redis(address: str) -> Iterator[Redis]:
    """Give a Redis database with nothing in it, and leave nothing in it."""
    with Redis.from_url(address) as client:
        try:
            client.flushdb()
        except RedisError:
            missing("Redis on 127.0.0.1:6379")
        yield client
        client.flushdb()


def missing(part: str) -> None:
    """Skip for a part that this machine lacks; in CI nothing may be lacking."""
    if os.environ.get("CI"):
        pytest.fail(f"{part} is missing, which CI must have")
    pytest.skip(f"{part} is missing")


async def _execute(statement: str) -> None:
    connection = await asyncpg.connect(f"{SERVER}/postgres")
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
