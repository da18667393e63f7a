"""Databases of the tests' own: PostgreSQL's are dropped again, Redis' are emptied again.

PostgreSQL takes a fifth of a second to make a database, from a template too, and a hundredth to
empty one of a few rows or tables: so one with the schema and one without are made once, and
emptied after each test.
"""

import asyncio
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import pytest
from redis import Redis
from redis.exceptions import RedisError

from hcai_app.db import migrate
from hcai_app.db.engine import Database

SERVER = "postgresql://postgres@127.0.0.1:5432"
REDIS = "redis://127.0.0.1:6379"
# Each process of pytest-xdist has a Redis database of its own.
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
OWN_REDIS = f"{REDIS}/{1 + WORKER % 15}"
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
SEQUENCES = "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'"
CLOSE_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


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


async def migrate_database(url: str) -> None:
    """Bring a database to the current schema."""
    database = Database(url)
    try:
        await migrate.upgrade(database)
    finally:
        await database.close()


async def empty_postgres(url: str) -> None:
    """Make a migrated database as it was before its first row."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(CLOSE_OTHERS)
        names = [row[0] for row in await connection.fetch(TABLES)]
        # The audit log refuses to be emptied; so no trigger runs.
        emptied = ["SET session_replication_role = replica"]
        emptied += [f"DELETE FROM {name}" for name in names if name != "alembic_version"]
        for row in await connection.fetch(SEQUENCES):
            emptied.append(f"ALTER SEQUENCE {row[0]} RESTART")
        await connection.execute("; ".join(emptied))
    finally:
        await connection.close()


async def strip_postgres(url: str) -> None:
    """Make a database as it was before its first table."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(CLOSE_OTHERS)
        await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    finally:
        await connection.close()


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
