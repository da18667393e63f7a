"""The metrics of one worker: its counters, its current state; and the state of what all share."""

import asyncio
import shutil
from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric

from hcai_app.services.ledger import dead_letters
from hcai_app.services.limits import period
from hcai_app.worker.context import Worker


def of_worker(worker: Worker) -> Iterator[Metric]:
    """Yield one worker's counters and its state as Prometheus metric families."""
    yield from worker.metrics.registry.collect()
    yield _gauge("hcai_running_calls", "Calls that run now.", len(worker.in_flight))
    yield _gauge("hcai_live_tabs", "Browser tabs that watch their figures.", worker.tabs.watching)
    yield _gauge("hcai_open_tabs", "Browser tabs of who is signed in.", len(worker.tabs))
    yield _gauge("hcai_tasks", "What the event loop has under way.", len(asyncio.all_tasks()))
    yield _gauge(
        "hcai_ledger_backlog_rows",
        "Finished rows that wait in the journal for the database.",
        worker.ledger.backlog,
    )
    if (age_s := worker.catalog.age_s) is not None:
        yield _gauge("hcai_catalogue_age_seconds", "Age of the copy of the models.", age_s)
    up = GaugeMetricFamily(
        "hcai_up", "Whether the worker reaches what it depends on.", labels=["part"]
    )
    for part in worker.health.all:
        up.add_metric([part.name], part.state == "up")
    yield up
    yield _gauge(
        "hcai_moderation_paused",
        "Workers that let prompts through unchecked, for moderation hangs.",
        float(worker.moderation_breaker.is_paused),
    )
    yield from _drift(worker)
    if (brake := worker.ops.brake.state) is not None:
        yield _gauge(
            "hcai_brake_limit_usd", f"What all may spend {period.THIS}.", brake.limit / 1e9
        )
        yield _gauge(
            "hcai_brake_spent_usd", f"What all have spent {period.THIS}.", brake.spent / 1e9
        )


def _drift(worker: Worker) -> Iterator[Metric]:
    drift = worker.ops.drift
    if (money := drift.budget_nanousd) is not None:
        yield _gauge(
            "hcai_budget_drift_usd",
            "What the money gate thinks is spent, minus the ledger: alarm when not 0.",
            money / 1e9,
        )
    ahead = GaugeMetricFamily(
        "hcai_clock_ahead_seconds", "By how much a clock is before ours.", labels=["part"]
    )
    parts = {"database": drift.database_ahead_s, "redis": drift.redis_ahead_s}
    for part, seconds in parts.items():
        if seconds is not None:
            ahead.add_metric([part], seconds)
    yield ahead


def of_everybody(worker: Worker, unsettled: int | None) -> Iterator[Metric]:
    """Yield what each worker would say; `unsettled` is None when the database is away."""
    if unsettled is not None:
        yield _gauge(
            "hcai_unsettled_rows",
            "Rows of all workers whose cost is still to be found out.",
            unsettled,
        )
    folder = worker.journal.folder
    yield _gauge(
        "hcai_journal_files",
        "Journal files of all workers of this host.",
        len(list(folder.glob("[0-9]*-*.jsonl"))),
    )
    yield _gauge(
        "hcai_journal_rejected_bytes",
        "Size of the rows that are set aside until `ledger replay`: alarm when it grows.",
        dead_letters.size(folder),
    )
    yield _gauge(
        "hcai_journal_disk_free_bytes",
        "Room left on the journal's disk.",
        shutil.disk_usage(folder).free,
    )


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value)
