"""Delivery of notices to the operators' webhook: tried again, later and later, until it is taken.

What is still to be delivered stands in the table, so that it survives restarts; a worker takes one
notice at a time under a lease. A notice may arrive twice, under the same id, and never not at all
while the webhook comes back within three days.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, select, update

from hcai_app import clock
from hcai_app.db import engine
from hcai_app.db.engine import Database
from hcai_app.db.tables import notices_table

log = logging.getLogger(__name__)

EVERY_S = 5.0
# How long the worker that delivers has it to itself: longer than the webhook may take.
LEASE = timedelta(seconds=60)
# Pauses after each try that failed; after the last one it is given up.
PAUSES_S = (5, 30, 120, 600, 3_600, 10_800, 21_600, 43_200, 86_400)
# Older ones are not sent any more: the webhook was set late, or away for long.
LATEST = timedelta(days=3)
MAX_FAULT = 200

# Sends an id, a moment in seconds and a body; returns what went wrong.
Post = Callable[[str, int, bytes], Awaitable[str | None]]


class DueNotice(NamedTuple):
    """A notice that a worker delivers just now."""

    id: str
    kind: str
    text: str
    data: str
    created_at: datetime
    attempts: int


class Delivery:
    """Delivers for one worker; without a webhook there is nothing to do."""

    def __init__(self, database: Database, post: Post | None) -> None:
        self._database = database
        self._post = post

    async def run(self) -> None:
        """Deliver what is due, until cancelled."""
        while self._post is not None:
            try:
                while await self.deliver():
                    pass
            except Exception as error:
                log.warning("notices wait: %s", engine.reason(error))
            await asyncio.sleep(EVERY_S)

    async def deliver(self) -> bool:
        """Try one notice that is due; False when there is none.

        Raises:
            Unavailable: When the database is away.
        """
        due = await self._database.write(_take, "notices") if self._post else None
        if due is None or self._post is None:
            return False
        now = clock.now()
        fault = await self._post(due.id, int(now.timestamp()), body_of(due))
        if fault:
            log.warning("a notice was not delivered (try %d): %s", due.attempts, fault)
        await self._database.write(lambda it: _note(it, due, fault), "notices")
        return True


def body_of(due: DueNotice) -> bytes:
    """Return what the webhook gets."""
    data = {"text": due.text, **msgspec.json.decode(due.data, type=dict[str, str | int | float])}
    told = {"type": f"hcai.{due.kind}", "timestamp": due.created_at.isoformat(), "data": data}
    return msgspec.json.encode(told)


def _take(connection: Connection) -> DueNotice | None:
    """Take the oldest notice that is due, unless another worker is faster."""
    columns, now = notices_table.c, clock.now()
    shown = (columns[name] for name in DueNotice._fields)
    is_due = (columns.due_at <= now) & (columns.created_at > now - LATEST)
    found = select(*shown, columns.due_at).where(is_due).order_by(columns.id).limit(1)
    row = connection.execute(found).first()
    if row is None:
        return None
    due = DueNotice._make(row[:-1])._replace(attempts=row.attempts + 1)
    taken = update(notices_table).where(columns.id == due.id, columns.due_at == row.due_at)
    leased = taken.values(due_at=now + LEASE, attempts=due.attempts)
    return due if connection.execute(leased).rowcount else None


def _note(connection: Connection, due: DueNotice, fault: str | None) -> None:
    now, is_last = clock.now(), due.attempts > len(PAUSES_S)
    if fault is None:
        values = {"delivered_at": now, "due_at": None, "fault": None}
    else:
        pause_s = 0 if is_last else PAUSES_S[due.attempts - 1]
        due_at = None if is_last else now + timedelta(seconds=pause_s)
        values = {"due_at": due_at, "fault": fault[:MAX_FAULT]}
    connection.execute(update(notices_table).where(notices_table.c.id == due.id).values(values))
