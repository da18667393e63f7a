"""What the numbers count, and what counting costs a call."""

import time
from typing import Any

import msgspec
import pytest
from prometheus_client import generate_latest

from hcai_app.services.call import LedgerEntry
from hcai_app.services.ops.metrics import Metrics

MODEL = "qwen/qwen3-32b"
MOST_SECONDS_A_CALL = 3e-6
FINISHED = LedgerEntry(
    id="0" * 32,
    user_id="ada",
    key_id="laptop",
    endpoint="/chat/completions",
    requested_model=MODEL,
    model=f"{MODEL}-04-28",
    generation_id="gen-1",
    status=200,
    outcome="completed",
    streamed=True,
    prompt_tokens=10,
    completion_tokens=20,
    reasoning_tokens=5,
    cached_tokens=2,
    total_tokens=30,
    cost_nanousd=1_500_000_000,
    settled=True,
    cost_source="provider",
    started_at_ms=1,
    first_byte_ms=100,
    duration_ms=101,
    reserved_nanousd=1,
    settle_at_ms=None,
)


def entry(**changes: Any) -> LedgerEntry:
    return msgspec.structs.replace(FINISHED, **changes)


def shown(metrics: Metrics) -> str:
    return generate_latest(metrics).decode()


def test_a_row_that_is_settled_later_is_counted_once_and_spent_once() -> None:
    metrics = Metrics([MODEL])
    metrics.count([entry(settled=False, cost_source=None, cost_nanousd=0)])
    assert "hcai_cost_usd_total{" not in shown(metrics)
    metrics.count_settled(entry(cost_source="lookup"))
    text = shown(metrics)
    assert f'hcai_cost_usd_total{{model="{MODEL}"}} 1.5' in text
    assert f'hcai_tokens_total{{kind="completion",model="{MODEL}"}} 20.0' in text
    assert 'hcai_settled_calls_total{source="lookup"} 1.0' in text
    assert f'model="{MODEL}",outcome="completed"}} 1.0' in text


@pytest.mark.parametrize(
    ("requested", "label"),
    [(MODEL, MODEL), (f"{MODEL}:nitro", MODEL), ("nobody/nothing", "other"), ("x" * 99, "other")],
)
def test_only_a_model_of_the_settings_has_a_label(requested: str, label: str) -> None:
    metrics = Metrics([MODEL, "*"])
    metrics.count([entry(requested_model=requested)])
    assert f'hcai_cost_usd_total{{model="{label}"}}' in shown(metrics)


def test_a_time_lies_in_the_first_bucket_that_is_not_smaller() -> None:
    metrics = Metrics([MODEL])
    metrics.count([entry(), entry(first_byte_ms=None, duration_ms=10**9)])
    text = shown(metrics)
    first, whole = "hcai_call_first_byte_seconds", "hcai_call_duration_seconds"
    labels = 'endpoint="/chat/completions",le="{}",streamed="true"'
    assert f"{first}_bucket{{{labels.format('0.05')}}} 0.0" in text
    assert f"{first}_bucket{{{labels.format('0.1')}}} 1.0" in text
    assert f"{first}_bucket{{{labels.format('+Inf')}}} 1.0" in text
    assert f"{whole}_bucket{{{labels.format('0.1')}}} 0.0" in text
    assert f"{whole}_bucket{{{labels.format('0.25')}}} 1.0" in text
    assert f"{whole}_bucket{{{labels.format('600.0')}}} 1.0" in text
    assert f"{whole}_bucket{{{labels.format('+Inf')}}} 2.0" in text
    assert f'{first}_sum{{endpoint="/chat/completions",streamed="true"}} 0.1' in text


def test_no_user_and_no_key_is_in_the_numbers() -> None:
    metrics = Metrics([MODEL])
    metrics.count([entry(), entry(outcome="upstream_error", status=502)])
    assert "ada" not in shown(metrics)
    assert "laptop" not in shown(metrics)


def test_counting_costs_a_call_next_to_nothing() -> None:
    metrics, group = Metrics([MODEL]), [entry(), entry(streamed=False)]
    fastest = min(_seconds_of(metrics, group) for _ in range(200))
    assert fastest / len(group) < MOST_SECONDS_A_CALL


def _seconds_of(metrics: Metrics, group: list[LedgerEntry]) -> float:
    rounds, started = 50, time.perf_counter()
    for _ in range(rounds):
        metrics.count(group)
    return (time.perf_counter() - started) / rounds
