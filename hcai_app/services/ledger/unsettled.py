"""How many rows wait to be settled: a number that only the database knows."""

import asyncio
import logging

from sqlalchemy import false, func, select

from hcai_app.db import engine
from hcai_app.db.engine import Database
from hcai_app.db.tables import calls_table

log = logging.getLogger(__name__)

# Whoever asks waits no longer; one question at a time goes on behind their back.
PATIENCE_S = 1.0


class Unsettled:
    """Counts the rows of all workers whose cost is still to be found out."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counting: asyncio.Task[int | None] | None = None

    async def count(self) -> int | None:
        """Return how many there are; None when the database does not say so in time."""
        if self._counting is None:
            self._counting = asyncio.create_task(self._ask())
        counting = self._counting
        await asyncio.wait({counting}, timeout=PATIENCE_S)
        if not counting.done():
            return None
        self._counting = None
        return counting.result()

    async def _ask(self) -> int | None:
        # In these words the index of unsettled rows answers, on SQLite too.
        query = select(func.count()).where(calls_table.c.settled == false())
        try:
            return await self._database.read(lambda it: it.scalar(query), "calls")
        except Exception as error:
            log.warning("unsettled rows cannot be counted: %s", engine.reason(error))
            return None
