"""The metrics of several workers as one: what is added up, and what is not."""

import pytest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from hcai_app.services.ops import worker_metrics


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("hcai_running_calls", (2.0, 3.0), 5.0),
        ("hcai_catalogue_age_seconds", (20.0, 30.0), 30.0),
        ("hcai_up", (1.0, 0.0), 0.0),
        ("hcai_budget_drift_usd", (0.1, -0.4), -0.4),
        ("hcai_budget_drift_usd", (0.2, 0.2), 0.2),
        ("hcai_clock_ahead_seconds", (-3.0, -3.0), -3.0),
    ],
)
def test_a_gauge_of_all_workers_is_what_its_name_says(
    name: str, values: tuple[float, float], expected: float
) -> None:
    living = {number: [GaugeMetricFamily(name, "", value)] for number, value in enumerate(values)}
    (family,) = worker_metrics.merge(living)
    assert [sample.value for sample in family.samples] == [expected]


def test_a_dead_workers_counters_stay() -> None:
    ended = worker_metrics.counted([CounterMetricFamily("hcai_calls", "", 7)])
    (family,) = worker_metrics.merge({1: [CounterMetricFamily("hcai_calls", "", 2)]}, ended)
    assert [sample.value for sample in family.samples] == [9]
