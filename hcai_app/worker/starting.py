"""The start of a worker: it waits for its database, however long that takes, and then serves.

The server listens meanwhile: it answers 503 with `Retry-After`, and says what it waits for. So the
order in which an installation's parts come up after a power cut does not matter, and a worker that
dies in an outage of the database is replaced without harm to the others.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

from hcai_app.db import engine, faults, schema
from hcai_app.db.schema import SchemaError
from hcai_app.services.changes import Followed, Follower
from hcai_app.services.fairuse import exemptions
from hcai_app.services.ledger import recovery
from hcai_app.services.ops import switches
from hcai_app.services.ops.revocation import Revocation
from hcai_app.worker import background, context, gauges, supervisor_link
from hcai_app.worker.context import Worker
from hcai_app.worker.shutdown import end_calls
from hcai_app.worker.supervisor_link import StartError, refuse

log = logging.getLogger(__name__)

# Seconds before the server listens, so that clients of a plain start see no 503.
PATIENCE_S = 3.0
RETRY_S = 1.0


@asynccontextmanager
async def serving(opened: Worker) -> AsyncIterator[None]:
    """Let a worker serve once its database is there; end its calls, and its tasks, at the end."""
    async with AsyncExitStack() as stack:
        context.set_opened(opened)
        if opened.health.redis is not None:
            background.keep_running(stack, opened.health.redis.run())
        if (line := supervisor_link.current()) is not None:
            telling = line.keep_telling(lambda: gauges.of_worker(opened))
            background.keep_running(stack, telling)
        tried = asyncio.Event()
        background.keep_running(stack, _serve_when_ready(stack, opened, tried))
        with suppress(TimeoutError):
            await asyncio.wait_for(tried.wait(), PATIENCE_S)
        try:
            yield
        finally:
            await end_calls(opened)
            context.set_opened(None)


async def start(stack: AsyncExitStack, opened: Worker, tried: asyncio.Event) -> None:
    """Wait for the database, then start the background tasks; `tried` is set after the first try.

    Raises:
        StartError: When waiting is of no use: a setting is wrong, or the migrations have not run.
    """
    revocation = Revocation(opened.database, opened.authentication, opened.in_flight, opened.tabs)
    stack.push_async_callback(revocation.close)

    copies: dict[str, Followed[Any]] = {
        exemptions.CHANGED: opened.fair_use_upkeep,
        switches.CHANGED: opened.switches,
    }

    def apply(user_id: str, key_id: str | None) -> None:
        if (copy := copies.get(user_id)) is not None:
            copy.refresh()
            return
        opened.budget.forget_user(user_id)
        revocation.apply(user_id, key_id)

    def note_heard() -> None:
        opened.authentication.hear()
        revocation.end_expired()

    follower = Follower(opened.database, apply, note_heard)
    while (missing := await _missing(opened, follower)) is not None:
        log.warning("this worker waits for its database, which %s", missing)
        tried.set()
        await asyncio.sleep(RETRY_S)
    if tried.is_set():
        log.warning("the database is there: this worker serves now")
    await background.start(stack, opened, follower)


async def _serve_when_ready(stack: AsyncExitStack, opened: Worker, tried: asyncio.Event) -> None:
    try:
        await start(stack, opened, tried)
    except StartError as error:
        refuse(str(error))
    context.set_current(opened)
    tried.set()


async def _missing(opened: Worker, follower: Follower) -> str | None:
    """Do what needs the database before the first call; return why that cannot be done yet."""
    try:
        await _prepare_schema(opened)
        await _recover(opened)
        await follower.start()
        await opened.fair_use_upkeep.load()
        await opened.switches.load()
    except SchemaError as error:
        raise StartError(error.message) from error
    except Exception as error:
        fault = faults.explain(error, opened.database.url) or engine.reason(error)
        if faults.is_final(error):
            raise StartError(f"the database {fault}") from error
        return fault
    return None


async def _prepare_schema(opened: Worker) -> None:
    if opened.settings.is_production:
        await schema.require_current(opened.database)
    elif not await schema.is_current(opened.database):
        from hcai_app.db import migrate  # noqa: PLC0415 - Alembic, 8 MB for once

        await migrate.upgrade(opened.database)


async def _recover(opened: Worker) -> None:
    """Recover the journals of dead workers; what cannot be recovered yet must not hold us up."""
    try:
        await recovery.adopt(opened.journal, opened.ledger, opened.budget)
    except Exception as error:
        log.warning("a dead worker's journal cannot be adopted yet: %s", engine.reason(error))
