"""What a worker keeps an eye on for its operators."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from hcai_app.db.engine import Database
from hcai_app.services.limits.budget import Budget
from hcai_app.services.ops.agreement import Agreement
from hcai_app.services.ops.brake import BrakeWatch
from hcai_app.services.redis_client import RedisClient


@dataclass(frozen=True, slots=True)
class Operations:
    """The operators' services of one worker."""

    agreement: Agreement
    brake: BrakeWatch


@asynccontextmanager
async def operating(
    database: Database, budget: Budget, redis: RedisClient | None
) -> AsyncIterator[Operations]:
    """Open and close the operators' services."""
    yield Operations(
        agreement=Agreement(database, budget, redis),
        brake=BrakeWatch(database, budget),
    )
