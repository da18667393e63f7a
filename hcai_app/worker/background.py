"""Background tasks of a worker: they run beside the calls until it closes."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any

from hcai_app.services.changes import Follower
from hcai_app.services.ledger import recovery
from hcai_app.services.ops import retention
from hcai_app.services.ops.revocation import Revocation
from hcai_app.services.people import eligibility_check
from hcai_app.services.people.sign_in import Rules
from hcai_app.worker.context import Worker


async def start(stack: AsyncExitStack, opened: Worker) -> None:
    """Recover the journals of dead workers, then start the background tasks."""
    await recovery.adopt(opened.journal, opened.ledger, opened.budget)
    revocation = Revocation(opened.database, opened.authentication, opened.in_flight, opened.tabs)
    stack.push_async_callback(revocation.close)

    def apply(user_id: str, key_id: str | None) -> None:
        if key_id is None:
            opened.budget.forget_user(user_id)
        revocation.apply(user_id, key_id)

    follower = Follower(opened.database, apply, opened.authentication.hear)
    await follower.start()
    opened.catalog.refresh_if_stale()
    for running in (
        follower.run(),
        opened.reconciler.run(),
        opened.budget.run(),
        recovery.watch(opened.journal, opened.ledger, opened.budget),
        retention.run(opened.database, opened.settings.retention_days),
        opened.metrics.measure_lag(),
        *(part.run() for part in opened.health.all),
    ):
        keep_running(stack, running)
    if opened.shared_in_flight is not None:
        keep_running(stack, opened.shared_in_flight.run())
    provider, rules = opened.sign_in.provider, Rules.of(opened.settings)
    if provider is not None and rules.require_verified:
        keep_running(stack, eligibility_check.run(opened.database, provider.check, rules))


def keep_running(stack: AsyncExitStack, work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine as a task; cancel it when the stack closes."""
    task = asyncio.create_task(work)

    async def stop() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(stop)
