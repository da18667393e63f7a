"""Keeps a worker's fair use up to date: exemptions, switched rules, what was learned and seen."""

import asyncio
import logging

from hcai_app.db import engine
from hcai_app.db.engine import Database
from hcai_app.services.changes import Followed
from hcai_app.services.fairuse import learned, switches
from hcai_app.services.fairuse.judging import FairUse

log = logging.getLogger(__name__)

FLUSH_S = 10.0


class Upkeep(Followed[None]):
    """Reads what others have changed, within a second, and writes what this worker has seen."""

    def __init__(self, database: Database, fair_use: FairUse) -> None:
        super().__init__("rules of fair use", None, self._take_over)
        self._database = database
        self.fair_use = fair_use

    async def _take_over(self) -> None:
        await self.fair_use.exemptions.load()
        modes = await switches.modes(self._database)
        await asyncio.to_thread(self.fair_use.switch, modes)  # compiling takes a moment
        self.fair_use.learned.replace(await learned.listed(self._database))

    async def flush(self) -> None:
        """Write what was learned, seen and counted.

        Raises:
            Unavailable: When the database is away; it is written next time.
        """
        await self.fair_use.learned.flush(self._database)
        await self.fair_use.sharing.flush(self._database)

    async def flush_often(self) -> None:
        """Write every few seconds, until cancelled."""
        while True:
            await asyncio.sleep(FLUSH_S)
            try:
                await self.flush()
            except Exception as error:
                log.warning("what fair use has seen waits: %s", engine.reason(error))
