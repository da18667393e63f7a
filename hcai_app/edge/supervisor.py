"""Keeps the workers of one `serve` running, each in a process of its own, until a signal.

uvicorn's own supervisor stops all workers when one does not come up again; here a worker that
fails is replaced, later and later while it keeps failing, and never harms the others
(docs/decisions/0024-supervisor.md).
"""

import logging
import multiprocessing
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

from prometheus_client.core import Metric

from hcai_app.services.ops import worker_metrics
from hcai_app.worker.supervisor_link import PING, REFUSED, WorkerState, pack, unpack

log = logging.getLogger(__name__)

TICK_S = 0.5
# Ticks without an answer after which a worker counts as hung: of one that serves, and of one that
# does not yet: on a busy machine loading may hold up its line for long, and killing it makes the
# machine busier. Ticks, not seconds: after a pause of the whole machine nobody is.
HUNG_TICKS, LOADING_TICKS = 10, 240
# Seconds before a worker is replaced: none after a good run, else twice as many as the last time.
GOOD_RUN_S = 30.0
FIRST_DELAY_S, LONGEST_DELAY_S = 0.5, 30.0
SPAWN = multiprocessing.get_context("spawn")
multiprocessing.allow_connection_pickling()

# Runs a worker in its own process, given its number and its end of the line.
Target = Callable[[int, Connection], None]


class Supervisor:
    """The workers of one `serve`."""

    def __init__(self, target: Target, count: int, stop_s: float) -> None:
        self._places = [_Place(number, target) for number in range(1, count + 1)]
        self._stop_s = stop_s
        self._has_served = False
        self._ended: list[Metric] = []  # what dead workers have counted
        self._restarts = 0
        self._code: int | None = None
        self._has_news = threading.Event()

    def run(self) -> int:
        """Keep the workers running; return the exit code: 0 after a signal."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while self._code is None:
            for place in self._places:
                self._tend(place)
            self._has_news.wait(TICK_S)
        self._end_workers()
        return self._code

    def _stop(self, *_signal: Any) -> None:
        self._code = 0
        self._has_news.set()

    def _tend(self, place: "_Place") -> None:
        if place.process is None:
            place.start_if_due()
        elif not place.process.is_alive():
            self._replace(place)
        elif not place.listen():
            place.kill()
        self._has_served = self._has_served or place.is_serving
        if place.wants_all:
            place.wants_all = False
            place.send(pack(self._metrics()))

    def _replace(self, place: "_Place") -> None:
        ending = place.bury()
        counted = worker_metrics.counted(place.metrics)
        self._ended, place.metrics = worker_metrics.merge({}, [*self._ended, *counted]), []
        self._restarts += 1
        number, refusal, delay_s = place.number, place.refusal, place.delay_s
        if refusal is None:
            log.error("worker %d ended with %s: replaced in %g s", number, ending, delay_s)
        elif self._has_served:
            log.error("worker %d: %s (next try in %g s)", number, refusal, delay_s)
        elif self._code is None:
            log.critical("%s", refusal)
            self._code = REFUSED

    def _metrics(self) -> list[Metric]:
        running = {place.number: place.metrics for place in self._places if place.process}
        own = worker_metrics.of_supervisor(len(running), self._restarts)
        return [*worker_metrics.merge(running, self._ended), *own]

    def _end_workers(self) -> None:
        running = [place.process for place in self._places if place.process]
        for process in running:
            process.terminate()
        ends_at = time.monotonic() + self._stop_s
        for process in running:
            process.join(max(0.0, ends_at - time.monotonic()))
            if process.is_alive():
                log.error("process %s did not stop: it is killed", process.pid)
                process.kill()
                process.join()


class _Place:
    """One worker, and whoever comes after it."""

    def __init__(self, number: int, target: Target) -> None:
        self.number = number
        self._target = target
        self.process: SpawnProcess | None = None
        self.metrics: list[Metric] = []
        self.is_serving = self.wants_all = False
        self.refusal: str | None = None
        self.delay_s = self._start_at = self._started_at = 0.0
        self._unanswered, self._patience = 0, LOADING_TICKS

    def start_if_due(self) -> None:
        """Start a process unless the pause after the last one's end is not over."""
        if (now := time.monotonic()) < self._start_at:
            return
        self._line, theirs = multiprocessing.Pipe()
        self.process = SPAWN.Process(target=self._target, args=(self.number, theirs))
        self.process.start()
        theirs.close()
        self._started_at, self.refusal = now, None
        self._unanswered, self._patience = 0, LOADING_TICKS
        self.send(PING)

    def listen(self) -> bool:
        """Take what the worker has told, and ask again; return whether it answers."""
        if self._take():
            self._unanswered = 0
            self._patience = HUNG_TICKS if self.is_serving else LOADING_TICKS
            self.send(PING)
        else:
            self._unanswered += 1
        return self._unanswered <= self._patience

    def send(self, message: bytes) -> None:
        """Send the worker something, if it lives."""
        try:
            self._line.send_bytes(message)
        except OSError:
            log.debug("worker %d has just ended", self.number)

    def kill(self) -> None:
        """End a hung worker."""
        if self.process is not None:
            log.error("worker %d (pid %s) hangs: it is killed", self.number, self.process.pid)
            self.process.kill()
            self._unanswered = 0

    def bury(self) -> str:
        """Forget a dead worker; return how it ended."""
        assert self.process is not None  # noqa: S101
        self._take()
        ending = f"{_name_of(self.process.exitcode)} (pid {self.process.pid})"
        self._line.close()
        self.process.close()
        self.process, self.is_serving, self.wants_all = None, False, False
        is_good = time.monotonic() - self._started_at >= GOOD_RUN_S
        doubled_s = min(2 * self.delay_s, LONGEST_DELAY_S) or FIRST_DELAY_S
        self.delay_s = 0.0 if is_good else doubled_s
        self._start_at = time.monotonic() + self.delay_s
        return ending

    def _take(self) -> bool:
        has_told = False
        try:
            while self._line.poll():
                state: WorkerState = self._line.recv()
                self.is_serving, self.wants_all = state.is_serving, state.wants_all
                self.refusal = state.refusal or self.refusal
                if state.figures is not None:
                    self.metrics = unpack(state.figures)
                has_told = True
        except (EOFError, OSError):
            pass  # it has ended
        return has_told


def _name_of(code: int | None) -> str:
    """Return a process's end in words."""
    if code is not None and code < 0:
        return f"signal {signal.Signals(-code).name}"
    return f"exit code {code}"
