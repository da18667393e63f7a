"""A moderation that hangs is asked by a trickle, until it answers."""

from hcai_app.services.safety.breaker import LATE_IN_A_ROW, TRIAL_EVERY_S, WITHIN_S, Breaker


class Clock:
    """A clock that a test moves."""

    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def paused(clock: Clock) -> Breaker:
    breaker = Breaker(clock)
    for _ in range(LATE_IN_A_ROW):
        assert breaker.admits()
        breaker.note_late()
    return breaker


def test_several_late_verdicts_in_a_row_begin_a_pause_with_a_trial_now_and_then() -> None:
    clock = Clock()
    breaker = paused(clock)
    assert (breaker.is_paused, breaker.pauses) == (True, 1)
    for _ in range(3):
        assert not breaker.admits()
        clock.now_s += TRIAL_EVERY_S
        assert [breaker.admits() for _ in range(4)] == [True, False, False, False]
        breaker.note_late()
    assert breaker.pauses == 1


def test_an_answer_ends_the_pause() -> None:
    clock = Clock()
    breaker = paused(clock)
    clock.now_s += TRIAL_EVERY_S
    assert breaker.admits()
    breaker.note_answer()
    assert not breaker.is_paused
    assert all(breaker.admits() for _ in range(10))
    breaker.note_late()  # a new pause takes several again
    assert breaker.admits()


def test_late_ones_between_answers_or_far_apart_begin_none() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for _ in range(3 * LATE_IN_A_ROW):
        breaker.note_late()
        breaker.note_late()
        breaker.note_answer()
    for _ in range(3 * LATE_IN_A_ROW):
        breaker.note_late()
        clock.now_s += WITHIN_S / (LATE_IN_A_ROW - 2)
    assert (breaker.is_paused, breaker.pauses) == (False, 0)
