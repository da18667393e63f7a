"""What a worker keeps an eye on for its operators."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from hcai_app.db.engine import Database
from hcai_app.services.keys.leaks import LeakBounds
from hcai_app.services.limits.budget import Budget
from hcai_app.services.notices.delivery import Delivery
from hcai_app.services.ops.brake import BrakeWatch
from hcai_app.services.ops.drift import Drift
from hcai_app.services.redis_client import RedisClient
from hcai_app.settings import Settings
from hcai_app.upstream.github.secret_scanning import SecretScanning
from hcai_app.upstream.webhook.client import webhook_of


@dataclass(frozen=True, slots=True)
class Operations:
    """The operators' services of one worker."""

    drift: Drift
    brake: BrakeWatch
    delivery: Delivery
    leaks: LeakBounds
    scanning: SecretScanning


@asynccontextmanager
async def operating(
    settings: Settings, database: Database, budget: Budget, redis: RedisClient | None
) -> AsyncIterator[Operations]:
    """Open and close the operators' services."""
    scanning, webhook = SecretScanning(settings.github_api_url), webhook_of(settings)
    try:
        yield Operations(
            drift=Drift(database, budget, redis),
            brake=BrakeWatch(database, budget),
            delivery=Delivery(database, webhook.post if webhook else None),
            leaks=LeakBounds(redis, settings.secret_key.get_secret_value()),
            scanning=scanning,
        )
    finally:
        await scanning.close()
        if webhook is not None:
            await webhook.close()
