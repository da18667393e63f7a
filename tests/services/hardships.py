"""What a database refuses for a while: rights, locks, tables that are away, a full disk."""

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy import make_url

from hcai_app.db.engine import Database
from tests.services.books import execute

Hardship = Callable[[Database], AbstractAsyncContextManager[None]]
CLOSE_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE usename = current_setting('hcai.role') AND pid <> pg_backend_pid()
"""


@asynccontextmanager
async def a_role(url: str) -> AsyncIterator[str]:
    """Give the address for a role that may do what it was granted, and nothing else."""
    role = f"hcai_test_{secrets.token_hex(4)}"
    async with _superuser(url) as connection:
        await connection.execute(f"CREATE ROLE {role} LOGIN")
        await connection.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}")
    try:
        yield make_url(url).set(username=role).render_as_string(hide_password=False)
    finally:
        async with _superuser(url) as connection:
            await connection.execute(f"DROP OWNED BY {role} CASCADE")
            await connection.execute(f"DROP ROLE {role}")


def without(rights: str, table: str) -> Hardship:
    """Somebody has taken rights away, as `pg_restore --clean` does."""
    return _statement(
        f"REVOKE {rights} ON {table} FROM {{role}}", f"GRANT ALL ON {table} TO {{role}}"
    )


def missing(table: str) -> Hardship:
    """The table is not there for a while."""

    @asynccontextmanager
    async def during(database: Database) -> AsyncIterator[None]:
        owner = Database(_owner(database))
        await execute(owner, f"ALTER TABLE {table} RENAME TO away")
        yield
        await execute(owner, f"ALTER TABLE away RENAME TO {table}")
        await owner.close()

    return during


def locked(table: str) -> Hardship:
    """A migration, or somebody at a prompt, holds the table."""

    @asynccontextmanager
    async def during(database: Database) -> AsyncIterator[None]:
        async with _superuser(str(_owner(database))) as connection, connection.transaction():
            await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            yield

    return during


def _statement(begin: str, end: str) -> Hardship:
    @asynccontextmanager
    async def during(database: Database) -> AsyncIterator[None]:
        role = database.url.username or ""
        async with _superuser(str(_owner(database))) as connection:
            await connection.execute("SELECT set_config('hcai.role', $1, false)", role)
            for part in begin.split(";"):
                await connection.execute(part.format(role=role))
            yield
            for part in end.split(";"):
                await connection.execute(part.format(role=role))

    return during


read_only = _statement(
    f"ALTER ROLE {{role}} SET default_transaction_read_only = on;{CLOSE_OTHERS}",
    f"ALTER ROLE {{role}} RESET ALL;{CLOSE_OTHERS}",
)


def _owner(database: Database) -> str:
    url = database.url
    if not database.is_sqlite:
        url = url.set(drivername="postgresql", username="postgres")
    return url.render_as_string(hide_password=False)


@asynccontextmanager
async def _superuser(url: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()
