from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from hcai_app import clock

moments = st.integers(0, 4_000_000_000_000)


@given(moments)
def test_a_moment_comes_back_to_the_millisecond(moment_ms: int) -> None:
    assert clock.to_ms(clock.from_ms(moment_ms)) == moment_ms


def test_moments_of_other_zones_are_the_same_moments() -> None:
    there = datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    assert clock.to_ms(there) == clock.to_ms(datetime(2026, 1, 1, tzinfo=UTC))


@given(moments)
def test_a_day_starts_at_midnight_utc(moment_ms: int) -> None:
    start = clock.from_ms(clock.floor_ms(moment_ms, clock.MS_PER_DAY))
    assert (start.hour, start.minute, start.second, start.microsecond) == (0, 0, 0, 0)
    assert timedelta(0) <= clock.from_ms(moment_ms) - start < timedelta(days=1)
