"""Connections of the two kinds, and how a unit of work or a batch of statements runs on one.

A batch goes through the driver alone: SQLAlchemy costs a group of ledger rows as much as the
database does.
"""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import URL, Connection

from hcai_app.db.bulk import Statement
from hcai_app.db.sqlite_threads import OwnConnection, SqliteThreads

BUSY_TIMEOUT_S = 5
POOL_SIZE = 5
CACHED_STATEMENTS = 256
# Pages in the write-ahead log before a checkpoint: hot pages are then copied back less often.
CHECKPOINT_PAGES = 4_000

T = TypeVar("T")
_MARK = re.compile(r"\$(\d+)")


class PostgresEngine:
    """asyncpg's connections; its statements run in the event loop."""

    def __init__(
        self,
        url: URL,
        options: dict[str, Any],
        *,
        pre_ping: bool,
        isolation: str,
        patience_s: float,
    ) -> None:
        from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415 - not for SQLite

        self._engine = create_async_engine(
            url,
            hide_parameters=True,  # errors in the log contain no hash, name or address
            pool_size=POOL_SIZE,
            max_overflow=POOL_SIZE,
            pool_timeout=patience_s,
            pool_pre_ping=pre_ping,
            isolation_level=isolation,
            connect_args=options,
        )

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Run a unit of work and commit it."""
        async with self._engine.begin() as connection:
            return await connection.run_sync(work)

    async def run_batch(self, batch: Sequence[Statement]) -> None:
        """Run statements in one transaction: as one, in one round trip."""
        joined = _as_one(tuple(statement for statement, _values in batch))
        values = [value for _statement, values in batch for value in values]
        async with self._engine.connect() as pooled:
            driver: Any = (await pooled.get_raw_connection()).driver_connection
            try:
                await driver.execute(joined, *values)
            except BaseException:
                await pooled.invalidate()  # SQLAlchemy has not seen whether it broke
                raise

    async def loses_session(self) -> bool:
        """Return whether a connection has another session after somebody else's transaction.

        A pooler gives the session that became free to the next who asks.
        """
        session = text("SELECT pg_backend_pid()")
        async with self._engine.connect() as one, self._engine.connect() as other:
            async with one.begin():
                first = await one.scalar(session)
            async with other.begin():
                await other.scalar(session)
                async with one.begin():
                    return first != await one.scalar(session)

    async def close(self) -> None:
        """Close all connections."""
        await self._engine.dispose()


@lru_cache(maxsize=64)
def _as_one(statements: tuple[str, ...]) -> str:
    """Return one statement that runs all of them; the groups of ledger rows make a handful."""
    parts, count = list[str](), 0
    for number, statement in enumerate(statements):
        shifted = _MARK.sub(lambda mark, by=count: f"${int(mark[1]) + by}", statement)
        parts.append(f"part{number} AS ({shifted})")
        count += len(set(_MARK.findall(statement)))
    # PostgreSQL runs the last part first: so locks are taken in the order of the statements, as
    # everywhere else, and two workers never deadlock.
    return f"WITH {', '.join(reversed(parts))} SELECT"


class SqliteEngine:
    """Connections to a file, each of a thread of its own.

    A single thread is the queue of this process's writers, too: SQLite's own is unfair.
    """

    def __init__(self, url: URL, begin: str, threads: int) -> None:
        options = {
            "timeout": BUSY_TIMEOUT_S,
            "check_same_thread": False,
            "cached_statements": CACHED_STATEMENTS,
        }
        self._engine = create_engine(
            url, hide_parameters=True, pool_size=threads, max_overflow=0, connect_args=options
        )

        def open_transaction(connection: Connection) -> None:
            connection.exec_driver_sql(begin)

        event.listen(self._engine, "do_connect", _make_sqlite_file)
        event.listen(self._engine, "connect", _prepare_sqlite)
        event.listen(self._engine, "begin", open_transaction)
        self._threads = SqliteThreads(
            threads, f"sqlite {begin.lower()}", partial(OwnConnection, self._engine, begin)
        )

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Run a unit of work and commit it."""
        return await self._threads.run(lambda connection: connection.run(work))

    async def run_batch(self, batch: Sequence[Statement]) -> None:
        """Run statements in one transaction."""
        await self._threads.run(lambda connection: connection.run_batch(batch))

    async def close(self) -> None:
        """Close all connections."""
        self._threads.close()
        self._engine.dispose()


def _make_sqlite_file(_dialect: Any, _record: Any, arguments: list[Any], _options: Any) -> None:
    """Make a missing file readable by its owner alone; SQLite's other files take after it."""
    with suppress(OSError):  # SQLite says what is wrong
        Path(arguments[0]).touch(mode=0o600)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the transaction is opened by `begin`, not by the driver
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "temp_store=MEMORY",  # else a statement of many rows creates a statement journal file
        f"wal_autocheckpoint={CHECKPOINT_PAGES}",
        f"busy_timeout={BUSY_TIMEOUT_S * 1000}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
