import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hcai_app.errors import RateLimited
from hcai_app.services.limits import windows
from hcai_app.services.limits.windows import Windows

SECONDS = 10.0


class Clock:
    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = 1_000.0
        patch.setattr(windows.time, "monotonic", lambda: self.now)


@settings(deadline=None)
@given(st.integers(1, 5), st.lists(st.floats(0, 6), max_size=60))
def test_a_window_lets_exactly_so_many_through_at_any_moment(
    limit: int, waits: list[float]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        clock = Clock(patch)
        counted = Windows(limit, SECONDS)
        passed: list[float] = []
        for wait in waits:
            clock.now += wait
            recent = [at for at in passed if at > clock.now - SECONDS]
            standing = counted.hit("user")
            assert standing.is_allowed == (len(recent) < limit)
            if standing.is_allowed:
                passed.append(clock.now)
                recent.append(clock.now)
            assert standing.remaining == limit - len(recent)
            assert standing.wait_s == recent[0] + SECONDS - clock.now
            assert len(counted._hits["user"]) <= 2 * limit + 1


def test_names_do_not_share_a_window() -> None:
    counted = Windows(1, SECONDS)
    assert counted.hit("a").is_allowed
    assert counted.hit("b").is_allowed
    assert not counted.hit("a").is_allowed


def test_a_refusal_tells_how_long_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    counted = Windows(1, SECONDS)
    counted.hit("a").require()
    clock.now += 7.5
    with pytest.raises(RateLimited, match="try again in 3 s") as refusal:
        counted.hit("a").require()
    wait = int(refusal.value.headers["Retry-After"])
    clock.now += wait
    counted.hit("a").require()


def test_the_wait_is_never_longer_than_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    counted = Windows(1, SECONDS)
    counted.hit("a").require()
    assert counted.hit("a").seconds_to_reset() == SECONDS  # in the very same moment
    clock.now += SECONDS - 0.001
    assert counted.hit("a").seconds_to_reset() == 1
    clock.now += 1
    counted.hit("a").require()


@pytest.mark.parametrize("step_s", [-3_600, 3_600])
def test_a_wall_clock_that_is_set_moves_nobodys_window(
    step_s: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = Windows(1, SECONDS)
    counted.hit("a").require()
    wall = time.time
    monkeypatch.setattr(windows.time, "time", lambda: wall() + step_s)
    refused = counted.hit("a")
    assert not refused.is_allowed
    assert refused.seconds_to_reset() == SECONDS
    assert refused.reset_at == pytest.approx(wall() + step_s + SECONDS, abs=1)
    assert counted.hit("b").is_allowed


def test_names_that_stay_away_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    counted = Windows(3, SECONDS)
    for number in range(10_000):
        counted.hit(f"user {number}")
    clock.now += SECONDS + 1
    counted.hit("a")
    assert len(counted._hits) == 1


def test_a_limit_of_nothing_refuses_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    counted = Windows(0, SECONDS)
    for _ in range(3):
        assert not counted.hit("a").is_allowed
        clock.now += SECONDS + 1


@settings(deadline=None)
@given(st.integers(0, 5), st.lists(st.floats(0, 6), max_size=40))
def test_a_look_tells_what_a_hit_would_and_counts_nothing(limit: int, waits: list[float]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        clock = Clock(patch)
        counted = Windows(limit, SECONDS)
        assert counted.peek("user").remaining == limit
        for wait in waits:
            clock.now += wait
            seen = counted.peek("user")
            assert counted.peek("user") == seen
            assert counted.hit("user").is_allowed == seen.is_allowed
            assert counted.peek("user").remaining == max(0, seen.remaining - 1)
