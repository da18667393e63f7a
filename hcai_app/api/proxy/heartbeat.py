"""Heartbeat and idle timeout of an answer: bytes are sent whenever the provider is silent for long.

The Python client of OpenRouter gives up after five silent seconds and then asks again, at our cost.
After a much longer silence the call times out. One timer a call serves both: one a
piece, as the HTTP client would set it, costs a stream a tenth of its speed.
"""

import asyncio
from collections.abc import Awaitable, Callable

from hcai_app.api.exchange import Exchange

# Timers may fire a little early.
TOLERANCE_S = 0.001


class Heartbeat:
    """Writes for its owner; calls `beat` in silences, and `give_up` at the idle timeout."""

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
        """Start the timer; the silence counts from the construction."""
        self._fire()

    def hear(self) -> None:
        """Reset the idle timeout: the provider has sent data; `write` resets it by itself."""
        self._heard_at = self._loop.time()

    async def settle(self) -> None:
        """Wait for a heartbeat under way.

        Call it before taking in a new chunk, then write at once: a heartbeat must not split a line
        whose beginning is not written yet.
        """
        if self._beating is not None:
            await self._beating

    async def write(self, data: bytes) -> None:
        """Send a chunk, after a heartbeat under way."""
        await self.settle()
        self._is_writing = True
        try:
            await self._exchange.write(data)
        finally:
            self._is_writing = False
            self._sent_at = self._heard_at = self._loop.time()

    async def stop(self) -> None:
        """Stop the timer after a heartbeat under way."""
        self._is_over = True
        if self._timer is not None:
            self._timer.cancel()
        if self._beating is not None:
            await self._beating

    def abort(self) -> None:
        """Cancel timer and heartbeat at once: the client has disconnected.

        Drops the references to its owner, so that both are freed without the garbage collector.
        """
        self._beat, self._give_up = _beat_nothing, _give_up_nothing
        self._is_over = True
        if self._timer is not None:
            self._timer.cancel()
        if self._beating is not None:
            self._beating.cancel()

    def _fire(self) -> None:
        now = self._loop.time()
        if self._is_writing:  # backpressure of a slow client: the provider is not idle
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
    """Replace the `beat` callback after `abort`."""


def _give_up_nothing() -> None:
    """Replace the `give_up` callback after `abort`."""
