"""Threads that have a connection to SQLite each, and run what the event loop hands them.

An executor makes three objects, takes two locks and rings the event loop once more for each unit of
work, and SQLAlchemy's pool looks at a connection as it leaves and as it comes back: beside a group
of few ledger rows that was a seventh of what they cost.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Engine

from hcai_app.db.bulk import Statement

T = TypeVar("T")


class OwnConnection:
    """The one connection of a thread, opened at its first use; after an error it is another one."""

    def __init__(self, engine: Engine, begin: str) -> None:
        self._engine = engine
        self._begin = begin
        self._connection: Connection | None = None
        self._driver: Any = None

    def run(self, work: Callable[[Connection], T]) -> T:
        """Run a unit of work and commit it."""
        connection = self._open()
        try:
            with connection.begin():
                return work(connection)
        except BaseException:
            self.close()
            raise

    def run_batch(self, batch: Sequence[Statement]) -> None:
        """Run statements in one transaction, through the driver alone."""
        self._open()
        execute = self._driver.execute
        try:
            execute(self._begin)
            for statement, values in batch:
                execute(statement, values)
            execute("COMMIT")
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give the connection back to the pool, which rolls back what is open."""
        connection, self._connection, self._driver = self._connection, None, None
        if connection is not None:
            connection.close()

    def _open(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
            self._driver = self._connection.connection.driver_connection
        return self._connection


@dataclass(slots=True)
class _Job(Generic[T]):
    """What a thread is to do, and who waits for it."""

    work: Callable[[OwnConnection], T]
    loop: asyncio.AbstractEventLoop
    done: "asyncio.Future[T]"

    def run(self, connection: OwnConnection) -> None:
        """Do it, unless nobody waits any more."""
        if self.done.done():
            return
        try:
            end, outcome = self.done.set_result, self.work(connection)
        except BaseException as error:
            end, outcome = self.done.set_exception, error
        with suppress(RuntimeError):  # the event loop has ended
            self.loop.call_soon_threadsafe(self._end, end, outcome)

    def _end(self, end: Callable[[Any], None], outcome: object) -> None:
        if not self.done.done():
            end(outcome)


class SqliteThreads:
    """A queue of work, and the threads that do it in its order."""

    def __init__(self, count: int, name: str, connect: Callable[[], OwnConnection]) -> None:
        self._jobs: SimpleQueue[_Job[Any] | None] = SimpleQueue()
        self._connect = connect
        self._threads = [
            Thread(target=self._serve, name=f"{name} {at}", daemon=True) for at in range(count)
        ]
        self._has_begun = self._is_closed = False

    def run(self, work: Callable[[OwnConnection], T]) -> "asyncio.Future[T]":
        """Have a thread do some work; the future has what it returns, or raises.

        Raises:
            RuntimeError: When the threads have ended.
        """
        if self._is_closed:
            raise RuntimeError("the database is closed")
        if not self._has_begun:
            self._has_begun = True
            for thread in self._threads:
                thread.start()
        loop = asyncio.get_running_loop()
        job = _Job(work, loop, loop.create_future())
        self._jobs.put(job)
        return job.done

    def close(self) -> None:
        """End the threads, when they have done what waits."""
        self._is_closed = True
        if self._has_begun:
            for _thread in self._threads:
                self._jobs.put(None)
            for thread in self._threads:
                thread.join()

    def _serve(self) -> None:
        connection = self._connect()
        while (job := self._jobs.get()) is not None:
            job.run(connection)
            del job  # nothing of it lives on while the thread waits
        connection.close()
