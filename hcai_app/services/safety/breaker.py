"""Keeps calls from waiting for a moderation that hangs.

After several prompts in a row for which no verdict came in time, prompts are let through unchecked
at once, and one now and then is checked as a trial. What answers in time, be it an error, ends the
pause.
"""

import time
from collections import deque
from collections.abc import Callable

# So many in a row within so long begin a pause; during it one call in so long is a trial.
LATE_IN_A_ROW, WITHIN_S = 5, 60.0
TRIAL_EVERY_S = 5.0


class Breaker:
    """One worker's view of whether moderation answers."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._late_at: deque[float] = deque(maxlen=LATE_IN_A_ROW)
        self._next_trial_at: float | None = None
        self.pauses = 0  # that have begun since the start

    @property
    def is_paused(self) -> bool:
        """Whether prompts go unchecked."""
        return self._next_trial_at is not None

    def admits(self) -> bool:
        """Return whether a prompt is to be checked."""
        if self._next_trial_at is None:
            return True
        if self._now_s() < self._next_trial_at:
            return False
        self._next_trial_at = self._now_s() + TRIAL_EVERY_S
        return True

    def note_late(self) -> None:
        """A verdict did not come in time."""
        now_s = self._now_s()
        self._late_at.append(now_s)
        if self.is_paused:
            return
        if len(self._late_at) == LATE_IN_A_ROW and now_s - self._late_at[0] <= WITHIN_S:
            self._next_trial_at = now_s + TRIAL_EVERY_S
            self.pauses += 1

    def note_answer(self) -> None:
        """Moderation answered in time."""
        self._late_at.clear()
        self._next_trial_at = None
