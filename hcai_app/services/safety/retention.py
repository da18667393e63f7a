"""Deletes numbers and reports that are older than the ledger's rows."""

import asyncio
import logging

from sqlalchemy import Connection

from hcai_app import clock
from hcai_app.db import engine
from hcai_app.db.engine import Database
from hcai_app.services.safety import counts, reports

log = logging.getLogger(__name__)

EVERY_S = 3_600.0


async def run(database: Database, retention_days: int) -> None:
    """Delete expired rows every hour until cancelled."""
    while True:
        try:
            await clean(database, retention_days)
        except Exception as error:
            log.warning("cleaning up is put off: %s", engine.reason(error))
        await asyncio.sleep(EVERY_S)


async def clean(database: Database, retention_days: int) -> None:
    """Delete what is older than it is kept.

    Raises:
        Unavailable: When the database is away.
    """
    before_ms = clock.now_ms() - retention_days * clock.MS_PER_DAY

    def work(connection: Connection) -> None:
        counts.prune(connection, before_ms)
        reports.prune(connection, clock.from_ms(before_ms))

    await database.write(work, counts.WHAT)
