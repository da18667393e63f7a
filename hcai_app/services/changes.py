"""The change log: every worker learns of changed users and keys within a second.

Whoever revokes, bans or changes a limit appends a row in the same transaction (`append`). Each
worker reads past its mark every 300 ms (`Follower`), on SQLite and PostgreSQL, whether it was the
command line or another worker; Redis is not needed for it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, delete, func, insert, select

from hcai_app import clock
from hcai_app.db import engine
from hcai_app.db.engine import Database
from hcai_app.db.tables import changes_table

log = logging.getLogger(__name__)

T = TypeVar("T")

POLL_S, RETRY_S = 0.3, 0.5
# PostgreSQL numbers rows before they are committed: a row may appear behind the mark, but not by
# more than the transactions that run at once.
OVERLAP = 200
KEPT = timedelta(days=1)


def append(connection: Connection, user_id: str, key_id: str | None = None) -> None:
    """Tell every worker, at commit, that a user (or only one of their keys) has changed."""
    connection.execute(
        insert(changes_table).values(user_id=user_id, key_id=key_id, created_at=clock.now())
    )


class Follower:
    """Reads changes as they come and hands each to `on_change(user_id, key_id or None)`.

    `on_heard` is called after each reading, when all changes up to it are known.
    """

    def __init__(
        self,
        database: Database,
        on_change: Callable[[str, str | None], Any],
        on_heard: Callable[[], Any] = lambda: None,
    ) -> None:
        self._database = database
        self._on_change = on_change
        self._on_heard = on_heard
        self._mark = 0
        self._seen: set[int] = set()

    async def start(self) -> None:
        """Set the mark at the present end: what was before is in nobody's cache."""
        self._mark, self._seen = await self._database.read(_end, "changes")

    async def run(self) -> None:
        """Poll for changes until cancelled."""
        while True:
            try:
                await self._read()
            except Exception as error:  # the database is away: keys in use go on for a minute
                log.warning("changes cannot be read: %s", engine.reason(error))
            await asyncio.sleep(POLL_S)

    async def _read(self) -> None:
        query = select(changes_table.c.id, changes_table.c.user_id, changes_table.c.key_id).where(
            changes_table.c.id > self._mark - OVERLAP
        )
        ordered = query.order_by(changes_table.c.id)
        rows = await self._database.read(
            lambda connection: connection.execute(ordered).all(), "changes"
        )
        for row in rows:
            if row.id not in self._seen:
                self._on_change(row.user_id, row.key_id)
        if rows:
            self._mark = max(self._mark, rows[-1].id)
            self._seen = {row.id for row in rows if row.id > self._mark - OVERLAP}
        self._on_heard()


class Followed(Generic[T]):
    """A worker's copy of what rarely changes, read again when the change log says so."""

    def __init__(self, name: str, value: T, read: Callable[[], Awaitable[T]]) -> None:
        """Hold `value` until the first reading."""
        self._name = name
        self._read = read
        self._changed = asyncio.Event()
        self.value = value
        self.on_read: Callable[[], Any] = lambda: None

    def refresh(self) -> None:
        """Let it be read again: it has changed."""
        self._changed.set()

    async def load(self) -> None:
        """Read it.

        Raises:
            Unavailable: When the database is away.
        """
        self.value = await self._read()
        self.on_read()

    async def run(self) -> None:
        """Read it again after each change, until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self.load()
            except Exception as error:
                log.warning("%s cannot be read: %s", self._name, engine.reason(error))
                self._changed.set()
                await asyncio.sleep(RETRY_S)


def _end(connection: Connection) -> tuple[int, set[int]]:
    """Return the last change's number, and those of the changes just before it."""
    columns = changes_table.c
    mark = connection.scalar(select(func.max(columns.id))) or 0
    return mark, set(connection.scalars(select(columns.id).where(columns.id > mark - OVERLAP)))


def prune(connection: Connection) -> None:
    """Delete changes that every worker has read long ago.

    The last one stays: SQLite numbers an empty table from one again, where followers do not look.
    """
    columns = changes_table.c
    is_old = columns.created_at < clock.now() - KEPT
    last = connection.scalar(select(func.max(columns.id))) or 0
    connection.execute(delete(changes_table).where(is_old, columns.id < last))
