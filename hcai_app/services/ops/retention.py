"""Retention: deletes what is older than it is kept, of every room."""

import asyncio
import logging

from sqlalchemy import Connection, delete, select

from hcai_app import clock
from hcai_app.db import engine
from hcai_app.db.engine import Database
from hcai_app.db.tables import calls_table, minutes_table
from hcai_app.services import changes
from hcai_app.services.call import first_id_at
from hcai_app.services.fairuse import appeals
from hcai_app.services.ledger import refusals
from hcai_app.services.ledger.rollups import MINUTES_KEPT_MS
from hcai_app.services.notices import notices
from hcai_app.services.people import sessions, sign_in
from hcai_app.services.safety import counts, reports

log = logging.getLogger(__name__)

EVERY_S = 600.0
# Rows deleted in one transaction: the ledger's writer waits no longer than for these.
BATCH = 2_000


async def run(database: Database, retention_days: int) -> None:
    """Delete expired rows every ten minutes until cancelled."""
    while True:
        try:
            await clean(database, retention_days)
        except Exception as error:
            log.warning("cleaning up is put off: %s", engine.reason(error))
        await asyncio.sleep(EVERY_S)


async def clean(database: Database, retention_days: int) -> None:
    """Delete what is older than it is kept; roll-ups of hours and days stay.

    Raises:
        Unavailable: When the database is away.
    """
    before_ms = clock.now_ms() - retention_days * clock.MS_PER_DAY
    await database.write(lambda it: _prune(it, before_ms), "calls")
    oldest = first_id_at(before_ms)
    deleted = BATCH
    while deleted == BATCH:
        deleted = await database.write(lambda it: _delete_before(it, oldest), "calls")


def _prune(connection: Connection, before_ms: int) -> None:
    ended = minutes_table.c.start_ms < clock.now_ms() - MINUTES_KEPT_MS
    connection.execute(delete(minutes_table).where(ended))
    changes.prune(connection)
    notices.prune(connection)
    sessions.prune(connection)
    sign_in.prune(connection)
    refusals.prune(connection)
    appeals.prune(connection)
    counts.prune(connection, before_ms)
    reports.prune(connection, clock.from_ms(before_ms))


def _delete_before(connection: Connection, oldest: str) -> int:
    old = calls_table.c.id < oldest
    ids = select(calls_table.c.id).where(old, calls_table.c.settled).limit(BATCH)
    return connection.execute(delete(calls_table).where(calls_table.c.id.in_(ids))).rowcount
