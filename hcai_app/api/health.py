"""`/healthz`: the process lives. `/readyz`: it can do its work."""

import logging

from sqlalchemy import text

from hcai_app.api.exchange import Exchange
from hcai_app.db import engine
from hcai_app.worker import Worker

log = logging.getLogger(__name__)


async def alive(_worker: Worker, exchange: Exchange) -> None:
    """Answer whoever wants to know whether the process is to be restarted."""
    await exchange.reply_json(200, {"status": "ok"})


async def ready(worker: Worker, exchange: Exchange) -> None:
    """Answer whoever wants to know whether calls may be sent here."""
    checks = {"database": await _database_answers(worker)}
    if worker.redis is not None:
        checks["redis"] = await worker.redis.answers()
    is_ready = all(checks.values())
    await exchange.reply_json(200 if is_ready else 503, {"ready": is_ready, **checks})


async def _database_answers(worker: Worker) -> bool:
    try:
        async with worker.database.reading() as connection:
            await connection.execute(text("SELECT 1"))
    except Exception as error:
        log.warning("not ready: %s", engine.reason(error))
        return False
    return True
