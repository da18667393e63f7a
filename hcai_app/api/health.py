"""`/healthz` (the process is alive) and `/readyz` (it can serve calls), which ask nobody.

What is away is known from the checks that run in the background, so that both answer at once.
"""

from hcai_app.api.exchange import Exchange
from hcai_app.worker import context
from hcai_app.worker.context import Worker


async def alive(_worker: Worker, exchange: Exchange) -> None:
    """Answer the liveness probe."""
    await exchange.reply_json(200, {"status": "ok"})


async def ready(worker: Worker, exchange: Exchange) -> None:
    """Answer the readiness probe: 200 while calls can be served, if only those of known users."""
    is_serving = context.current() is worker
    has_database = is_serving and worker.health.database.is_up is not False
    has_room = worker.journal.has_room()
    parts = {"database": has_database}
    if not has_room:
        parts["journal"] = False
    if worker.redis is not None:
        parts["redis"] = not worker.redis.is_away
    serves_some = has_database or worker.authentication.serves_known
    is_ready = is_serving and has_room and serves_some
    await exchange.reply_json(200 if is_ready else 503, {"ready": is_ready, **parts})
