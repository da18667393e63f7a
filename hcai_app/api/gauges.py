"""Gauges of a worker's current state, read at each scrape of `/metrics`."""

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from hcai_app.worker.context import Worker

REJECTED = "rejected.jsonl"


@dataclass(frozen=True, slots=True)
class Gauges(Collector):
    """Current state of a worker; `unsettled` is None when the database is away."""

    worker: Worker
    unsettled: int | None

    def collect(self) -> Iterator[Metric]:
        """Yield the state as Prometheus metric families."""
        worker = self.worker
        yield _gauge("hcai_running_calls", "Calls that run now.", len(worker.in_flight))
        yield _gauge(
            "hcai_live_tabs", "Browser tabs that watch their figures.", worker.tabs.watching
        )
        yield _gauge("hcai_open_tabs", "Browser tabs of who is signed in.", len(worker.tabs))
        yield _gauge("hcai_tasks", "What the event loop has under way.", len(asyncio.all_tasks()))
        yield _gauge(
            "hcai_ledger_backlog_rows",
            "Finished rows that wait in the journal for the database.",
            worker.ledger.backlog,
        )
        if self.unsettled is not None:
            yield _gauge(
                "hcai_unsettled_rows",
                "Rows of all workers whose cost is still to be found out.",
                self.unsettled,
            )
        if (age_s := worker.catalog.age_s) is not None:
            yield _gauge("hcai_catalogue_age_seconds", "Age of the copy of the models.", age_s)
        yield self._show_up()
        yield from self._show_journal()

    def _show_up(self) -> Metric:
        family = GaugeMetricFamily(
            "hcai_up", "Whether the worker reaches what it depends on.", labels=["part"]
        )
        for part in self.worker.health.all:
            family.add_metric([part.name], part.state == "up")
        return family

    def _show_journal(self) -> Iterator[Metric]:
        folder = self.worker.journal.folder
        rejected = folder / REJECTED
        yield _gauge(
            "hcai_journal_files",
            "Journal files of all workers of this host.",
            len(list(folder.glob("[0-9]*-*.jsonl"))),
        )
        yield _gauge(
            "hcai_journal_rejected_bytes",
            "Size of the file of rows that the database refused: alarm when it grows.",
            rejected.stat().st_size if rejected.exists() else 0,
        )
        yield _gauge(
            "hcai_journal_disk_free_bytes",
            "Room left on the journal's disk.",
            shutil.disk_usage(folder).free,
        )


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value)
