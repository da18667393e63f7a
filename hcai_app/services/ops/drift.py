"""Drift, sampled in the background: of the money gate from the ledger, of clocks from ours."""

import asyncio
import logging
import time

from sqlalchemy import text

from hcai_app.db.engine import Database
from hcai_app.errors import Unavailable
from hcai_app.services.limits.accounts import AccountId, read_or_unavailable
from hcai_app.services.limits.budget import Budget
from hcai_app.services.redis_client import Away, RedisClient

log = logging.getLogger(__name__)

EVERY_S = 30.0
SAMPLE = 20
# What is being booked just now looks like a drift, but not twice.
AGAIN_S = 1.0
# By so much may clocks differ before `doctor` minds.
CLOCK_S = 2.0


class Drift:
    """What one worker has seen last; None: nothing yet, or it could not be seen."""

    def __init__(self, database: Database, budget: Budget, redis: RedisClient | None) -> None:
        self._database = database
        self._budget = budget
        self._redis = redis
        self.budget_nanousd: int | None = None  # gate minus ledger, of the account that drifts most
        self.database_ahead_s: float | None = None

    @property
    def redis_ahead_s(self) -> float | None:
        """By how much Redis' clock is before this host's."""
        return self._redis.clock_ahead_s if self._redis else None

    async def run(self) -> None:
        """Sample until cancelled."""
        while True:
            await asyncio.sleep(EVERY_S)
            await self.sample()

    async def sample(self) -> None:
        """Look at the clocks and at some accounts that were in use."""
        try:
            self.database_ahead_s = await database_ahead_s(self._database)
            drifts = [await self._drift(name) for name in self._budget.used()[:SAMPLE]]
        except (Away, Unavailable):
            return
        self.budget_nanousd = max((drift or 0 for drift in drifts), key=abs, default=0)

    async def _drift(self, name: AccountId) -> int | None:
        drift = await drift_of(self._database, self._budget, name)
        if drift:
            await asyncio.sleep(AGAIN_S)
            drift = await drift_of(self._database, self._budget, name)
        if drift:
            log.error("the money gate has drifted from the ledger by %d nano-dollars", drift)
        return drift


async def drift_of(database: Database, budget: Budget, name: AccountId) -> int | None:
    """Return what the gate thinks is spent minus what the ledger says; None: it moves just now.

    Raises:
        Away: When Redis is away.
        Unavailable: When the database is away.
    """
    before = await budget.gate(name)
    found = await read_or_unavailable(database, name)
    after = await budget.gate(name)
    if before is None or before != after or before.certain:
        return None
    return before.spent - found.spent


async def database_ahead_s(database: Database) -> float | None:
    """Return by how much PostgreSQL's clock is before ours; SQLite has none.

    Raises:
        Unavailable: When the database is away.
    """
    if database.url.get_backend_name() == "sqlite":
        return None
    query = text("SELECT extract(epoch FROM clock_timestamp())")
    began = time.time()
    there = await database.read(lambda it: it.scalar(query), "database")
    return float(there) - (began + time.time()) / 2
