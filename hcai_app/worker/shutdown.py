"""Graceful shutdown: running calls get a grace period, then are cancelled with an error."""

import asyncio
import logging
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from hcai_app.errors import Unavailable
from hcai_app.worker.context import Worker

log = logging.getLogger(__name__)

# Timeout for cancelled calls to send their error and write their ledger row, in seconds.
CUT_S = 5.0


class stop_on_signal:  # noqa: N801 - used like a function
    """Cancel running calls HCAI_STOP_SECONDS after SIGTERM; the server's own handler follows.

    Servers wait for running requests first and end the lifespan last, so the time must run from
    the signal on.
    """

    def __init__(self, opened: Worker) -> None:
        self._opened = opened
        self._previous: dict[int, Any] = {}

    def __enter__(self) -> None:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                self._previous[number] = signal.getsignal(number)
                signal.signal(number, self._handler(asyncio.get_running_loop()))

    def __exit__(self, *_error: object) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _handler(self, loop: asyncio.AbstractEventLoop) -> Callable[[int, FrameType | None], None]:
        def handle(number: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(
                loop.call_later, self._opened.settings.stop_seconds, cut_all, self._opened
            )
            previous = self._previous.get(number)
            if callable(previous):
                previous(number, frame)

        return handle


def cut_all(opened: Worker) -> None:
    """Cancel every running call with an error that asks for a retry."""
    opened.in_flight.cut_all(Unavailable("The server is restarting; send the call again.", 1))


async def end_calls(opened: Worker) -> None:
    """Cancel the running calls, and wait for their errors and ledger rows."""
    cut_all(opened)
    try:
        await asyncio.wait_for(opened.in_flight.empty(), CUT_S)
    except TimeoutError:
        log.error("%d calls did not end: the next start finds them", len(opened.in_flight))
