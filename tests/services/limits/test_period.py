"""When a budget begins and ends."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcai_app import clock
from hcai_app.services.limits.period import budget_period


@given(st.integers(0, 4_000_000_000_000))
def test_a_moment_lies_in_its_period_and_the_next_one_follows_at_once(at_ms: int) -> None:
    start_ms, end_ms = budget_period(at_ms)
    assert start_ms <= at_ms < end_ms
    assert budget_period(start_ms) == budget_period(end_ms - 1) == (start_ms, end_ms)
    assert budget_period(end_ms).start_ms == end_ms


@pytest.mark.parametrize(
    ("now", "midnight"),
    [
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
        (datetime(2028, 2, 28, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC)),
    ],
)
def test_budgets_reset_at_the_next_midnight(now: datetime, midnight: datetime) -> None:
    assert clock.from_ms(budget_period(clock.to_ms(now)).end_ms) == midnight
