"""`/healthz` (the process is alive) and `/readyz` (it can serve calls)."""

from hcai_app.api.exchange import Exchange
from hcai_app.worker.context import Worker


async def alive(_worker: Worker, exchange: Exchange) -> None:
    """Answer the liveness probe."""
    await exchange.reply_json(200, {"status": "ok"})


async def ready(worker: Worker, exchange: Exchange) -> None:
    """Answer the readiness probe."""
    checks = {"database": await worker.database.answers()}
    if worker.redis is not None:
        checks["redis"] = await worker.redis.is_there()
    is_ready = all(checks.values())
    await exchange.reply_json(200 if is_ready else 503, {"ready": is_ready, **checks})
