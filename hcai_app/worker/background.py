"""Background tasks of a worker, and the listeners of committed rows."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any

from hcai_app.services.call import LedgerEntry
from hcai_app.services.changes import Follower
from hcai_app.services.ledger import recovery
from hcai_app.services.live.redis import RedisLive
from hcai_app.services.ops import retention
from hcai_app.services.ops.revocation import Revocation
from hcai_app.services.people import eligibility
from hcai_app.services.people.sign_in import Rules
from hcai_app.worker.context import Worker


async def start(stack: AsyncExitStack, opened: Worker) -> None:
    """Adopt what dead workers left, then start what runs beside the calls."""
    await recovery.adopt(opened.journal, opened.ledger, opened.budget)
    revocation = Revocation(
        opened.database, opened.authentication, opened.in_flight, opened.present, opened.live
    )
    stack.push_async_callback(revocation.close)
    follower = Follower(opened.database, revocation.apply, opened.authentication.hear)
    await follower.start()
    opened.catalog.refresh_if_stale()
    _listen(opened)
    if opened.redis:
        _keep_running(stack, RedisLive(opened.live, opened.redis).run())
    for running in (
        follower.run(),
        opened.reconciler.run(),
        opened.budget.run(),
        recovery.watch(opened.journal, opened.ledger, opened.budget),
        retention.run(opened.database, opened.settings.retention_days),
        opened.metrics.measure_lag(),
        *(part.run() for part in opened.health.all),
    ):
        _keep_running(stack, running)
    if opened.shared_in_flight is not None:
        _keep_running(stack, opened.shared_in_flight.run())
    provider, rules = opened.sign_in.provider, Rules.of(opened.settings)
    if provider is not None and rules.require_verified:
        _keep_running(stack, eligibility.run(opened.database, provider.check, rules))


def _listen(opened: Worker) -> None:
    """Let metrics, watch and the live pages hear of what the ledger has committed."""

    def hear(entries: list[LedgerEntry]) -> None:
        opened.metrics.count(entries)
        opened.health.provider.hear(entries)
        opened.live.hear(entries)

    def hear_settled(entry: LedgerEntry) -> None:
        opened.metrics.count_settled(entry)
        opened.live.hear([entry])

    opened.ledger.on_commit = hear
    opened.reconciler.on_settled = hear_settled


def _keep_running(stack: AsyncExitStack, work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.create_task(work)

    async def stop() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(stop)
