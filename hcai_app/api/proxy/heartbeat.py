"""The heartbeat of an answer: bytes are sent whenever the provider is silent for too long.

The Python client of OpenRouter gives up after five silent seconds and then asks again, at our cost.
After a much longer silence the provider itself is given up. One timer a call serves both: one a
piece, as the HTTP client would set it, costs a stream a tenth of its speed.
"""

import asyncio
from collections.abc import Awaitable, Callable

from hcai_app.api.exchange import Exchange

# Timers come a little early.
TOLERANCE_S = 0.001


class Heartbeat:
    """Writes for its owner; once started it calls `beat` in silences, and at last `give_up`."""

    def __init__(
        self,
        exchange: Exchange,
        loop: asyncio.AbstractEventLoop,
        interval_s: float,
        patience_s: float,
        beat: Callable[[], Awaitable[None]],
        give_up: Callable[[], None],
    ) -> None:
        self._exchange = exchange
        self._interval_s = interval_s
        self._patience_s = patience_s
        self._beat = beat
        self._give_up = give_up
        self._loop = loop
        self._sent_at = self._heard_at = self._loop.time()
        self._is_writing = False
        self._is_over = False
        self._beating: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin to beat; the silence since the making of the pulse counts."""
        self._fire()

    def hear(self) -> None:
        """Note that the provider has sent something; what is written needs no such note."""
        self._heard_at = self._loop.time()

    async def settle(self) -> None:
        """Wait for a beat that is on its way.

        Whoever takes in a new piece does so first, and then writes at once: a beat must not send
        from the middle of a line whose beginning is not written yet.
        """
        if self._beating is not None:
            await self._beating

    async def write(self, data: bytes) -> None:
        """Send a piece, after a beat that is still on its way."""
        await self.settle()
        self._is_writing = True
        try:
            await self._exchange.write(data)
        finally:
            self._is_writing = False
            self._sent_at = self._heard_at = self._loop.time()

    async def stop(self) -> None:
        """End the pulse; a beat that is on its way arrives first."""
        self._is_over = True
        if self._timer is not None:
            self._timer.cancel()
        if self._beating is not None:
            await self._beating

    def abort(self) -> None:
        """End the pulse at once: nobody listens any more.

        It lets go of its owner, so that both are freed without the garbage collector.
        """
        self._beat, self._give_up = _beat_nothing, _give_up_nothing
        self._is_over = True
        if self._timer is not None:
            self._timer.cancel()
        if self._beating is not None:
            self._beating.cancel()

    def _fire(self) -> None:
        now = self._loop.time()
        if self._is_writing:  # to a slow client: nobody is silent
            self._sent_at = self._heard_at = now
        if now - self._heard_at >= self._patience_s - TOLERANCE_S:
            self._give_up()
        elif now - self._sent_at >= self._interval_s - TOLERANCE_S:
            self._beating = self._loop.create_task(self._beat_once())
        else:
            self._wait(now)

    def _wait(self, now: float) -> None:
        until_beat_s = self._sent_at + self._interval_s - now
        until_end_s = self._heard_at + self._patience_s - now
        self._timer = self._loop.call_later(max(0, min(until_beat_s, until_end_s)), self._fire)

    async def _beat_once(self) -> None:
        try:
            await self._beat()
        finally:
            self._beating = None
            self._sent_at = self._loop.time()
            if not self._is_over:
                self._wait(self._sent_at)


async def _beat_nothing() -> None:
    """Stand in for the beat of an owner that is gone."""


def _give_up_nothing() -> None:
    """Stand in for the end of an owner that is gone."""
