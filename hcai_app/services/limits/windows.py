"""Sliding-window counters in memory.

The `limits` library has the same in memory, but sweeps with a thread hop a key at every hit: 30 to
60 µs a call, where this takes one to three (docs/decisions/0003-moving-window.md). With Redis a
script does the same (`rate.py`).
"""

import math
import time
from array import array
from bisect import bisect_right

import msgspec

from hcai_app.errors import RateLimited


class Standing(msgspec.Struct, frozen=True):
    """Where a name stands after a hit; `wait_s` is how long its oldest hit still counts."""

    is_allowed: bool
    limit: int
    remaining: int
    wait_s: float

    @property
    def reset_at(self) -> float:
        """The Unix time at which the oldest hit ends, steady to a tenth of a second."""
        return round(time.time() + self.wait_s, 1)

    def seconds_to_reset(self) -> int:
        """Return whole seconds, at least one, until another hit passes."""
        return max(1, math.ceil(self.wait_s))

    def require(self) -> None:
        """Refuse the hit that the window has no room for.

        Raises:
            RateLimited: With the seconds to wait.
        """
        if not self.is_allowed:
            wait_s = self.seconds_to_reset()
            raise RateLimited(f"{reached(self.limit)}; try again in {wait_s} s.", wait_s)


def reached(limit: int) -> str:
    """Say that a window is full."""
    return f"You have made {limit} calls, which is the limit for now"


class Windows:
    """A moving window for each name; refused hits are not counted.

    Its clock is monotonic: a wall clock that is set back would lock out who is at the limit.
    """

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self._hits: dict[str, array[float]] = {}
        self._sweep_at = time.monotonic() + seconds

    def hit(self, name: str) -> Standing:
        """Count a hit if the window has room for it."""
        now = time.monotonic()
        if now >= self._sweep_at:
            self._sweep(now)
        hits = self._hits.get(name)
        if hits is None:
            hits = self._hits[name] = array("d")
        expired = bisect_right(hits, now - self.seconds)
        if expired and (expired * 2 > len(hits) or len(hits) - expired >= self.limit):
            del hits[:expired]
            expired = 0
        count = len(hits) - expired
        is_allowed = count < self.limit
        if is_allowed:
            hits.append(now)
            count += 1
        oldest = hits[expired] if count else now
        return Standing(is_allowed, self.limit, self.limit - count, oldest + self.seconds - now)

    def peek(self, name: str) -> Standing:
        """Return a name's standing without counting a hit."""
        now = time.monotonic()
        hits = self._hits.get(name, array("d"))
        expired = bisect_right(hits, now - self.seconds)
        count = len(hits) - expired
        oldest = hits[expired] if count else now
        return Standing(
            count < self.limit, self.limit, self.limit - count, oldest + self.seconds - now
        )

    def _sweep(self, now: float) -> None:
        """Forget the names without a hit in their window, once a window's length."""
        ended = now - self.seconds
        self._hits = {
            name: hits for name, hits in self._hits.items() if max(hits, default=0) > ended
        }
        self._sweep_at = now + self.seconds
