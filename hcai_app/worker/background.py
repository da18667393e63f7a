"""Background tasks of a worker: they run beside the calls until it closes."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any

from hcai_app.services.changes import Follower
from hcai_app.services.ledger import recovery
from hcai_app.services.ops import retention
from hcai_app.services.ops.alerts import Senses, Watch
from hcai_app.services.people import eligibility_recheck
from hcai_app.services.people.sign_in import Rules
from hcai_app.upstream import error_bodies
from hcai_app.worker import gauges, supervisor_link
from hcai_app.worker.context import Worker

RESTARTS = "hcai_worker_restarts"
# A task that has not ended by then has missed its cancellation, and is cancelled once more. What
# tasks still do once they are cancelled is shorter (reconciliation's GIVE_BACK_S, the last
# refusals), and a few of these waits fit into the supervisor's patience.
CANCEL_S = 3.0


async def start(stack: AsyncExitStack, opened: Worker, follower: Follower) -> None:
    """Start the background tasks of a worker whose database is there."""
    opened.catalog.refresh_if_stale()
    stack.push_async_callback(opened.safety_counts.flush)
    for running in (
        follower.run(),
        opened.fair_use_upkeep.run(),
        opened.fair_use_upkeep.flush_often(),
        opened.switches.run(),
        opened.safety_counts.run(),
        opened.reconciler.run(),
        opened.refusals.run(),
        opened.budget.run(),
        recovery.watch(opened.journal, opened.ledger, opened.budget),
        retention.run(opened.database, opened.settings.retention_days),
        opened.metrics.measure_lag(),
        opened.ops.drift.run(),
        opened.ops.brake.run(),
        opened.ops.delivery.run(),
        _watch(opened).run(),
        opened.health.database.run(),
        opened.health.provider.run(),
    ):
        keep_running(stack, running)
    if opened.shared_in_flight is not None:
        keep_running(stack, opened.shared_in_flight.run())
    provider, rules = opened.sign_in.provider, Rules.of(opened.settings)
    if provider is not None and rules.require_verified:
        keep_running(stack, eligibility_recheck.run(opened.database, provider.check, rules))


def _watch(opened: Worker) -> Watch:
    """Return what looks on for the operators."""

    async def restarts() -> int | None:
        line = supervisor_link.current()
        if line is None:  # nobody replaces a worker that is alone
            return None
        metrics = await line.gather(gauges.of_worker(opened))
        counted = (metric for metric in metrics if metric.name == RESTARTS)
        return sum(int(sample.value) for metric in counted for sample in metric.samples)

    senses = Senses(
        error_bodies.refused_with,
        restarts,
        lambda: opened.moderation_breaker.pauses,
        opened.metrics.fired,
    )
    return Watch(opened.database, senses)


def keep_running(stack: AsyncExitStack, work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine as a task; cancel it when the stack closes."""
    task = asyncio.create_task(work)

    async def stop() -> None:
        while not task.done():  # `wait_for` may swallow one that comes as what it waits for does
            task.cancel()
            await asyncio.wait([task], timeout=CANCEL_S)
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(stop)
