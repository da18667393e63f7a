"""One timer a worker for everything that has to look at the time now and then.

Two timers and a task for each call would cost more than what they look after.
"""

import asyncio
import logging
from typing import Protocol

log = logging.getLogger(__name__)

TICK_S = 0.1


class Ticking(Protocol):
    """What looks at the time."""

    def tick(self, now: float) -> None:
        """Look at the time, as `loop.time()` has it."""
        ...


class Ticker:
    """Ticks its members a few times a second; sleeps while it has none."""

    def __init__(self, tick_s: float = TICK_S) -> None:
        self.tick_s = tick_s
        self._loop = asyncio.get_running_loop()
        self._members: set[Ticking] = set()
        self._timer: asyncio.TimerHandle | None = None

    def add(self, member: Ticking) -> None:
        """Tick a member from now on."""
        self._members.add(member)
        if self._timer is None:
            self._timer = self._loop.call_later(self.tick_s, self._fire)

    def remove(self, member: Ticking) -> None:
        """Tick a member no more."""
        self._members.discard(member)

    def _fire(self) -> None:
        now, self._timer = self._loop.time(), None
        for member in tuple(self._members):
            try:
                member.tick(now)
            except Exception:  # of one call, and all others go on
                log.exception("a tick failed")
        if self._members:
            self._timer = self._loop.call_later(self.tick_s, self._fire)
