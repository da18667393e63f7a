"""The database engine: `reading()` and `writing()` units of work on SQLite or PostgreSQL.

On SQLite every writing unit opens with BEGIN IMMEDIATE, so that two writers wait instead of
failing half-way; nothing slow may be awaited inside one. The writing engine has a single
connection there: SQLite has one writer anyway.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any, TypeVar

from sqlalchemy import create_engine, event, make_url, text
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

log = logging.getLogger(__name__)

BUSY_TIMEOUT_S = 5
# A database that does not answer within this many seconds counts as away.
COMMAND_TIMEOUT_S = 5
POOL_SIZE = 5
# The class of PostgreSQL's states for values that do not fit.
DATA_EXCEPTION = "22"
CACHED_STATEMENTS = 256
LOOKUP_THREADS = 2
# How many pages gather in the write-ahead log: the busy ones are then copied back less often.
CHECKPOINT_PAGES = 4_000

T = TypeVar("T")


class Database:
    """One worker's door to the database."""

    def __init__(self, url: str) -> None:
        self.url = _with_driver(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self._reader = _sqlite_engine(self.url, "BEGIN", POOL_SIZE)
            self._writer = _sqlite_engine(self.url, "BEGIN IMMEDIATE", 1)
            self._books = _sqlite_threaded_engine(self.url, "BEGIN IMMEDIATE", 1)
            self._thread = ThreadPoolExecutor(1, "books")
            self._lookups = _sqlite_threaded_engine(self.url, "BEGIN", LOOKUP_THREADS)
            self._lookup_threads = ThreadPoolExecutor(LOOKUP_THREADS, "lookups")
            self._turn = asyncio.Lock()  # of this process's writers: SQLite's own queue is unfair
        else:
            # Readers ask first whether the connection still lives: a restart costs no call.
            self._reader = _postgres_engine(self.url, pre_ping=True, isolation="REPEATABLE READ")
            self._writer = _postgres_engine(self.url, pre_ping=False, isolation="READ COMMITTED")

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[AsyncConnection]:
        """Open a unit of work that only reads."""
        async with self._reader.begin() as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[AsyncConnection]:
        """Open a unit of work that writes; it commits once, at its end."""
        async with self._writers_turn(), self._writer.begin() as connection:
            yield connection

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run a whole unit of work that writes, and commit it.

        On SQLite all of it runs in one hop to a thread, where a hop a statement cost more than the
        statements.
        """
        if not self.is_sqlite:
            async with self._writer.begin() as connection:
                return await connection.run_sync(work)
        async with self._turn:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._thread, _run, self._books, work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run a whole unit of work that only reads, in one hop as `write` does."""
        if not self.is_sqlite:
            async with self._reader.begin() as connection:
                return await connection.run_sync(work)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._lookup_threads, _run, self._lookups, work)

    def _writers_turn(self) -> AbstractAsyncContextManager[Any]:
        return self._turn if self.is_sqlite else nullcontext()

    async def answers(self) -> bool:
        """Tell whether the database answers."""
        try:
            async with self.reading() as connection:
                await connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("the database does not answer: %s", reason(error))
            return False
        return True

    async def close(self) -> None:
        """Close all connections."""
        if self.is_sqlite:
            self._thread.shutdown()
            self._books.dispose()
            self._lookup_threads.shutdown()
            self._lookups.dispose()
        await self._reader.dispose()
        await self._writer.dispose()


def _with_driver(url: str) -> URL:
    parsed = make_url(url)
    is_sqlite = parsed.get_backend_name() == "sqlite"
    return parsed.set(drivername="sqlite+aiosqlite" if is_sqlite else "postgresql+asyncpg")


def _postgres_engine(url: URL, *, pre_ping: bool, isolation: str) -> AsyncEngine:
    return create_async_engine(
        url,
        hide_parameters=True,  # an error in the log tells no hash, name or address
        pool_size=POOL_SIZE,
        max_overflow=POOL_SIZE,
        pool_timeout=COMMAND_TIMEOUT_S,
        pool_pre_ping=pre_ping,
        isolation_level=isolation,
        connect_args={"timeout": BUSY_TIMEOUT_S, "command_timeout": COMMAND_TIMEOUT_S},
    )


def _sqlite_engine(url: URL, begin: str, pool_size: int) -> AsyncEngine:
    options = {"timeout": BUSY_TIMEOUT_S}
    engine = create_async_engine(
        url, hide_parameters=True, pool_size=pool_size, max_overflow=0, connect_args=options
    )
    _prepare_sqlite(engine.sync_engine, begin)
    return engine


def _run(engine: Engine, work: Callable[[Connection], T]) -> T:
    with engine.begin() as connection:
        return work(connection)


def _sqlite_threaded_engine(url: URL, begin: str, pool_size: int) -> Engine:
    """Return an engine of `read` or `write`: each connection serves one thread at a time."""
    options = {
        "timeout": BUSY_TIMEOUT_S,
        "check_same_thread": False,
        "cached_statements": CACHED_STATEMENTS,
    }
    plain = url.set(drivername="sqlite")
    engine = create_engine(
        plain, hide_parameters=True, pool_size=pool_size, max_overflow=0, connect_args=options
    )
    _prepare_sqlite(engine, begin)
    return engine


def _prepare_sqlite(engine: Engine, begin: str) -> None:
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the transaction is opened below, not by the driver
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "temp_store=MEMORY",  # else a statement of many rows makes a file to undo it by
            f"wal_autocheckpoint={CHECKPOINT_PAGES}",
            f"busy_timeout={BUSY_TIMEOUT_S * 1000}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def open_transaction(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", open_transaction)


def is_away(error: BaseException) -> bool:
    """Tell whether the error means that the database cannot be reached or does not answer."""
    if isinstance(error, (IntegrityError, ProgrammingError, DataError)) or _is_refusal(error):
        return False
    return isinstance(error, (DBAPIError, PoolTimeoutError, OSError, TimeoutError))


def _is_refusal(error: BaseException) -> bool:
    """Tell whether PostgreSQL, or asyncpg before it, refuses a value: SQLAlchemy does not say."""
    cause = getattr(getattr(error, "orig", None), "__cause__", None)
    state = getattr(cause, "sqlstate", None) or ""
    return isinstance(cause, ValueError) or state.startswith(DATA_EXCEPTION)


def is_unmigrated(error: BaseException) -> bool:
    """Tell whether the error means that a table is missing: nobody has run the migrations."""
    text = str(getattr(error, "orig", error))
    return isinstance(error, DBAPIError) and ("no such table" in text or "does not exist" in text)


def reason(error: BaseException) -> str:
    """Return what an error of the database is, without the statement's values."""
    origin = getattr(error, "orig", None) or error
    return f"{type(origin).__name__}: {str(origin).splitlines()[0] if str(origin) else ''}"
