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
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import create_engine, event, make_url, text
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import create_async_engine

from hcai_app.errors import Unavailable
from hcai_app.settings.database_url import ADDRESS_OPTIONS, driver_options

log = logging.getLogger(__name__)

BUSY_TIMEOUT_S = 5
# A database that does not answer within this many seconds counts as away.
COMMAND_TIMEOUT_S = 5
POOL_SIZE = 5
# PostgreSQL's classes of SQLSTATE for a value that is no good: data exceptions, and constraints.
REFUSALS = ("22", "23")
LOCK_NOT_AVAILABLE = "55P03"
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
        self._options: dict[str, Any] = {}
        self._reader: _Engine
        self._writer: _Engine
        if self.is_sqlite:
            self._reader = _SqliteEngine(self.url, "BEGIN", READING_THREADS)
            self._writer = _SqliteEngine(self.url, "BEGIN IMMEDIATE", 1)
        else:
            self._options = driver_options(self.url.query)
            self.url = self.url.set(query=_address_of(self.url))
            # Pre-ping: a restart of the database fails no read.
            self._reader = self._postgres(pre_ping=True, isolation="REPEATABLE READ")
            self._writer = self._postgres(pre_ping=False, isolation="READ COMMITTED")

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

    async def alter(self, work: Callable[[Connection], T], what: str) -> T:
        """Run a unit of work that changes tables, which may take long, and commit it.

        Raises:
            Unavailable: When the database is away.
        """
        if self.is_sqlite:
            return await self.write(work, what)
        altering = self._postgres(
            pre_ping=False, isolation="READ COMMITTED", command_timeout_s=None
        )
        try:
            return await altering.run(work)
        except Exception as error:
            _refuse_if_away(error, what)
            raise
        finally:
            await altering.close()

    async def is_pooled_by_transaction(self) -> bool:
        """Return whether a pooler gives each transaction another session.

        Raises:
            Unavailable: When the database is away.
        """
        if not isinstance(self._reader, _PostgresEngine):
            return False
        try:
            return await self._reader.loses_session()
        except Exception as error:
            _refuse_if_away(error, "database")
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

    def _postgres(
        self, *, pre_ping: bool, isolation: str, command_timeout_s: float | None = COMMAND_TIMEOUT_S
    ) -> "_PostgresEngine":
        options = {"timeout": BUSY_TIMEOUT_S, "command_timeout": command_timeout_s, **self._options}
        return _PostgresEngine(self.url, options, pre_ping=pre_ping, isolation=isolation)


class _PostgresEngine:
    """asyncpg's connections; its statements run in the event loop."""

    def __init__(
        self, url: URL, options: dict[str, Any], *, pre_ping: bool, isolation: str
    ) -> None:
        self._engine = create_async_engine(
            url,
            hide_parameters=True,  # errors in the log contain no hash, name or address
            pool_size=POOL_SIZE,
            max_overflow=POOL_SIZE,
            pool_timeout=COMMAND_TIMEOUT_S,
            pool_pre_ping=pre_ping,
            isolation_level=isolation,
            connect_args=options,
        )

    async def run(self, work: Callable[[Connection], T]) -> T:
        async with self._engine.begin() as connection:
            return await connection.run_sync(work)

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

        event.listen(self._engine, "do_connect", _make_sqlite_file)
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


def _refuse_if_away(error: Exception, what: str) -> None:
    """Raise `Unavailable` from an error that means an outage, so that clients retry."""
    if is_away(error):
        raise Unavailable(f"Your {what} cannot be reached just now; try again soon.") from error


def is_away(error: BaseException) -> bool:
    """Return whether trying again later may help: no connection, a timeout, a lock, a right."""
    error = _origin_of(error)
    is_database = isinstance(error, (DBAPIError, PoolTimeoutError, OSError, TimeoutError))
    return is_database and not is_refusal(error)


def is_refusal(error: BaseException) -> bool:
    """Return whether the database refuses the very values that it was given, now and later."""
    error = _origin_of(error)
    if isinstance(error, (OverflowError, UnicodeError)):
        return True  # SQLite's driver cannot even pass them on
    if not isinstance(error, DBAPIError) or error.statement is None:
        return False
    if state := _state_of(error):
        return state[:2] in REFUSALS
    asyncpg_error = getattr(error.orig, "__cause__", None)
    return isinstance(error, (IntegrityError, DataError)) or isinstance(asyncpg_error, ValueError)


def is_locked(error: BaseException) -> bool:
    """Return whether somebody else has locked what the unit of work needs."""
    error = _origin_of(error)
    orig = getattr(error, "orig", None)
    return _state_of(error) == LOCK_NOT_AVAILABLE or "database is locked" in str(orig)


def _state_of(error: BaseException) -> str:
    """Return PostgreSQL's SQLSTATE, or nothing."""
    return getattr(getattr(error, "orig", None), "sqlstate", None) or ""


def reason(error: BaseException) -> str:
    """Return an error's class and first line, without the statement's values."""
    error = _origin_of(error)
    origin = getattr(error, "orig", None) or error
    return f"{type(origin).__name__}: {str(origin).splitlines()[0] if str(origin) else ''}"


def _address_of(url: URL) -> dict[str, str | tuple[str, ...]]:
    """Return those options of an address that say where the server is, and who asks."""
    return {name: value for name, value in url.query.items() if name in ADDRESS_OPTIONS}


def _origin_of(error: BaseException) -> BaseException:
    """Return the cause of an `Unavailable` from `read` or `write`, else the error itself."""
    return (isinstance(error, Unavailable) and error.__cause__) or error
