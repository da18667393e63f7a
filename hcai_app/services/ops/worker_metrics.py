"""The metrics of several workers as one: what each has counted is added up, the dead included.

So a scrape shows the same numbers whichever worker answers it, and no counter falls when a worker
is replaced. What is about one process has the worker's number as a label.
"""

import operator
from collections.abc import Callable, Iterable, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.samples import Sample

OF_PROCESS = ("process_", "python_")
COUNTED = ("counter", "histogram")
# Gauges that are not added up: the oldest copy, what one worker does not reach, what differs most,
# what all workers share.
JOINED: dict[str, Callable[[float, float], float]] = {
    "hcai_catalogue_age_seconds": max,
    "hcai_up": min,
    "hcai_brake_limit_usd": max,
    "hcai_brake_spent_usd": max,
    "hcai_budget_drift_usd": lambda one, other: max(one, other, key=abs),
    "hcai_clock_ahead_seconds": lambda one, other: max(one, other, key=abs),
}

Key = tuple[str, tuple[tuple[str, str], ...]]


def merge(living: Mapping[int, Iterable[Metric]], ended: Iterable[Metric] = ()) -> list[Metric]:
    """Return the metrics of living workers, by number, and of ended ones, as one."""
    families: dict[str, Metric] = {}
    samples: dict[str, dict[Key, Sample]] = {}
    for number, metrics in (*living.items(), (0, ended)):
        for metric in metrics:
            family = families.setdefault(
                metric.name, Metric(metric.name, metric.documentation, metric.type, metric.unit)
            )
            of_family = samples.setdefault(metric.name, {})
            for sample in metric.samples:
                _add(of_family, family, sample, number)
    for name, family in families.items():
        family.samples = list(samples[name].values())
    return list(families.values())


def of_supervisor(workers: int = 1, restarts: int = 0) -> list[Metric]:
    """Return what the supervisor counts; the defaults are for a worker that has none."""
    return [
        GaugeMetricFamily("hcai_workers", "Workers that run.", workers),
        CounterMetricFamily("hcai_worker_restarts", "Dead workers that were replaced.", restarts),
    ]


def counted(metrics: Iterable[Metric]) -> list[Metric]:
    """Return what stays of a worker's metrics when it has ended: its counters."""
    return [
        metric
        for metric in metrics
        if metric.type in COUNTED and not metric.name.startswith(OF_PROCESS)
    ]


def _add(found: dict[Key, Sample], family: Metric, sample: Sample, number: int) -> None:
    if family.name.startswith(OF_PROCESS):
        sample = sample._replace(labels={**sample.labels, "worker": str(number)})
    key = (sample.name, tuple(sorted(sample.labels.items())))
    known = found.get(key)
    if known is not None:
        join = JOINED.get(family.name, operator.add)
        sample = sample._replace(value=join(known.value, sample.value))
    found[key] = sample
