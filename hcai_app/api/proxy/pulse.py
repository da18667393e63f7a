"""The pulse of an answer: something is sent whenever the provider has been silent for too long.

The Python client of OpenRouter gives up after five silent seconds and then asks again, at our cost.
"""

import asyncio
from collections.abc import Awaitable, Callable

from hcai_app.api.exchange import Exchange


class Pulse:
    """Writes for its owner, and, once started, calls `beat` after each `interval_s` of silence."""

    def __init__(
        self, exchange: Exchange, interval_s: float, beat: Callable[[], Awaitable[None]]
    ) -> None:
        self._exchange = exchange
        self._interval_s = interval_s
        self._beat = beat
        self._loop = asyncio.get_running_loop()
        self._sent_at = self._loop.time()
        self._is_writing = False
        self._is_over = False
        self._beating: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin to beat; the silence since the making of the pulse counts."""
        self._fire()

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
            self._sent_at = self._loop.time()

    async def stop(self) -> None:
        """End the pulse; a beat that is on its way arrives first."""
        self._is_over = True
        if self._timer is not None:
            self._timer.cancel()
        if self._beating is not None:
            await self._beating

    def abort(self) -> None:
        """End the pulse at once: nobody listens any more."""
        self._is_over = True
        if self._timer is not None:
            self._timer.cancel()
        if self._beating is not None:
            self._beating.cancel()

    def _fire(self) -> None:
        silent_s = 0.0 if self._is_writing else self._loop.time() - self._sent_at
        if silent_s < self._interval_s - 0.001:
            self._timer = self._loop.call_later(self._interval_s - silent_s, self._fire)
        else:
            self._beating = self._loop.create_task(self._beat_once())

    async def _beat_once(self) -> None:
        try:
            await self._beat()
        finally:
            self._beating = None
            self._sent_at = self._loop.time()
            if not self._is_over:
                self._timer = self._loop.call_later(self._interval_s, self._fire)
