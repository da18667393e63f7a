"""The door to the database, SQLite or PostgreSQL: `read` and `write` run a whole unit of work.

A unit of work is a synchronous function of a connection. On SQLite it runs in one hop to a thread:
a hop a statement cost more than the statements. A unit that writes opens with BEGIN IMMEDIATE there
and has the only writing connection, so that writers wait for each other instead of failing
half-way. Nothing slow may happen inside one.
"""

import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol, TypeVar

from sqlalchemy import make_url, text
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from hcai_app.db.bulk import Statement
from hcai_app.db.connections import BUSY_TIMEOUT_S, PostgresEngine, SqliteEngine
from hcai_app.errors import Unavailable
from hcai_app.settings.database_url import ADDRESS_OPTIONS, driver_options

log = logging.getLogger(__name__)

# A database that does not answer within this many seconds counts as away.
COMMAND_TIMEOUT_S = 5
# PostgreSQL's classes of SQLSTATE for a value that is no good: data exceptions, and constraints.
REFUSALS = ("22", "23")
LOCK_NOT_AVAILABLE = "55P03"
READING_THREADS = 2

T = TypeVar("T")
Conflict = IntegrityError  # raised by `write` for a row that violates a constraint


class _Engine(Protocol):
    """Connections of one kind, and how a unit of work runs on one of them."""

    def run(self, work: Callable[[Connection], T]) -> Coroutine[Any, Any, T]: ...

    async def run_batch(self, batch: Sequence[Statement]) -> None: ...

    async def close(self) -> None: ...


class Database:
    """One worker's door to the database."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self.dialect = parsed.get_backend_name()
        self.is_sqlite = self.dialect == "sqlite"
        self.url = parsed.set(drivername="sqlite" if self.is_sqlite else "postgresql+asyncpg")
        self._options: dict[str, Any] = {}
        self._reader: _Engine
        self._writer: _Engine
        if self.is_sqlite:
            self._reader = SqliteEngine(self.url, "BEGIN", READING_THREADS)
            self._writer = SqliteEngine(self.url, "BEGIN IMMEDIATE", 1)
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

    async def write_batch(self, batch: Sequence[Statement]) -> None:
        """Run statements in one transaction, through the driver alone: ledger rows are many.

        Raises:
            Exception: The driver's own. What it means is known when the same is tried by `write`.
        """
        await self._writer.run_batch(batch)

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
        if not isinstance(self._reader, PostgresEngine):
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
    ) -> PostgresEngine:
        options = {"timeout": BUSY_TIMEOUT_S, "command_timeout": command_timeout_s, **self._options}
        return PostgresEngine(
            self.url,
            options,
            pre_ping=pre_ping,
            isolation=isolation,
            patience_s=COMMAND_TIMEOUT_S,
        )


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
