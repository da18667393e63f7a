"""The door to the database, SQLite or PostgreSQL: `read` and `write` run a whole unit of work.

A unit of work is a synchronous function of a connection. On SQLite it runs in one hop to a thread:
a hop a statement cost more than the statements. A unit that writes opens with BEGIN IMMEDIATE there
and has the only writing connection, so that writers wait for each other instead of failing
half-way. Nothing slow may happen inside one.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from sqlalchemy import create_engine, event, make_url, text
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import create_async_engine

from hcai_app.errors import Unavailable

log = logging.getLogger(__name__)

BUSY_TIMEOUT_S = 5
# A database that does not answer within this many seconds counts as away.
COMMAND_TIMEOUT_S = 5
POOL_SIZE = 5
# PostgreSQL's SQLSTATE class of data exceptions.
DATA_EXCEPTION = "22"
CACHED_STATEMENTS = 256
READING_THREADS = 2
# Pages in the write-ahead log before a checkpoint: hot pages are then copied back less often.
CHECKPOINT_PAGES = 4_000

T = TypeVar("T")
Conflict = IntegrityError  # raised by `write` for a row that violates a constraint


class _Engine(Protocol):
    """Connections of one kind, and how a unit of work runs on one of them."""

    def run(self, work: Callable[[Connection], T]) -> Coroutine[Any, Any, T]: ...

    async def close(self) -> None: ...


class Database:
    """One worker's door to the database."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self.url = parsed.set(drivername="sqlite" if self.is_sqlite else "postgresql+asyncpg")
        self._reader: _Engine
        self._writer: _Engine
        if self.is_sqlite:
            self._reader = _SqliteEngine(self.url, "BEGIN", READING_THREADS)
            self._writer = _SqliteEngine(self.url, "BEGIN IMMEDIATE", 1)
        else:
            # Pre-ping: a restart of the database fails no read.
            self._reader = _PostgresEngine(self.url, pre_ping=True, isolation="REPEATABLE READ")
            self._writer = _PostgresEngine(self.url, pre_ping=False, isolation="READ COMMITTED")

    async def read(self, work: Callable[[Connection], T], what: str) -> T:
        """Run a unit of work that only reads; `what` names the thing that is read.

        Raises:
            Unavailable: When the database is away.
        """
        try:
            return await self._reader.run(work)
        except Exception as error:
            _refuse_if_away(error, what)
            raise

    async def write(self, work: Callable[[Connection], T], what: str) -> T:
        """Run a unit of work that writes, and commit it; `what` names the thing that is written.

        Raises:
            Unavailable: When the database is away.
        """
        try:
            return await self._writer.run(work)
        except Exception as error:
            _refuse_if_away(error, what)
            raise

    async def answers(self) -> bool:
        """Return whether the database answers."""
        try:
            await self.read(lambda connection: connection.scalar(text("SELECT 1")), "database")
        except (SQLAlchemyError, Unavailable) as error:
            log.warning("the database does not answer: %s", reason(error))
            return False
        return True

    async def close(self) -> None:
        """Close all connections."""
        await self._reader.close()
        await self._writer.close()


class _PostgresEngine:
    """asyncpg's connections; its statements run in the event loop."""

    def __init__(self, url: URL, *, pre_ping: bool, isolation: str) -> None:
        self._engine = create_async_engine(
            url,
            hide_parameters=True,  # errors in the log contain no hash, name or address
            pool_size=POOL_SIZE,
            max_overflow=POOL_SIZE,
            pool_timeout=COMMAND_TIMEOUT_S,
            pool_pre_ping=pre_ping,
            isolation_level=isolation,
            connect_args={"timeout": BUSY_TIMEOUT_S, "command_timeout": COMMAND_TIMEOUT_S},
        )

    async def run(self, work: Callable[[Connection], T]) -> T:
        async with self._engine.begin() as connection:
            return await connection.run_sync(work)

    async def close(self) -> None:
        await self._engine.dispose()


class _SqliteEngine:
    """Connections that each serve one of its threads at a time.

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

        event.listen(self._engine, "connect", _prepare_sqlite)
        event.listen(self._engine, "begin", open_transaction)
        self._threads = ThreadPoolExecutor(threads, f"sqlite {begin.lower()}")

    async def run(self, work: Callable[[Connection], T]) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._run, work)

    async def close(self) -> None:
        self._threads.shutdown()
        self._engine.dispose()

    def _run(self, work: Callable[[Connection], T]) -> T:
        with self._engine.begin() as connection:
            return work(connection)


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


def _refuse_if_away(error: Exception, what: str) -> None:
    """Raise `Unavailable` from an error that means an outage, so that clients retry."""
    if is_away(error) and not is_unmigrated(error):
        raise Unavailable(f"Your {what} cannot be reached just now; try again soon.") from error


def is_away(error: BaseException) -> bool:
    """Return whether the error means an outage: no connection, or a timeout."""
    error = _origin_of(error)
    if isinstance(error, (IntegrityError, ProgrammingError, DataError)) or _is_refusal(error):
        return False
    return isinstance(error, (DBAPIError, PoolTimeoutError, OSError, TimeoutError))


def _is_refusal(error: BaseException) -> bool:
    """Return whether PostgreSQL or asyncpg rejects a value; SQLAlchemy has no class for it."""
    cause = getattr(getattr(error, "orig", None), "__cause__", None)
    state = getattr(cause, "sqlstate", None) or ""
    return isinstance(cause, ValueError) or state.startswith(DATA_EXCEPTION)


def is_unmigrated(error: BaseException) -> bool:
    """Return whether the error is a missing table: the migrations have not run."""
    text = str(getattr(error, "orig", error))
    return isinstance(error, DBAPIError) and ("no such table" in text or "does not exist" in text)


def reason(error: BaseException) -> str:
    """Return an error's class and first line, without the statement's values."""
    error = _origin_of(error)
    origin = getattr(error, "orig", None) or error
    return f"{type(origin).__name__}: {str(origin).splitlines()[0] if str(origin) else ''}"


def _origin_of(error: BaseException) -> BaseException:
    """Return the cause of an `Unavailable` from `read` or `write`, else the error itself."""
    return (isinstance(error, Unavailable) and error.__cause__) or error
