"""A worker's line to the supervisor of `serve`: does it live and serve, what has it counted.

The supervisor asks, a thread of the worker answers, whatever its event loop does. When the line
breaks the supervisor has died, and the worker ends: nobody would replace it, and it holds the port.
"""

import asyncio
import logging
import os
import pickle
import signal
import threading
import time
import zlib
from collections.abc import Callable, Iterable
from multiprocessing.connection import Connection
from typing import Any, NamedTuple, NoReturn

from prometheus_client.core import Metric

from hcai_app.errors import Unavailable
from hcai_app.worker import context

log = logging.getLogger(__name__)

# The exit code of a worker that no restart will help: a setting is wrong, or the schema.
REFUSED = 78
# Running calls of a worker whose supervisor has died may go on for so long.
ORPHAN_S = 5.0
# How old the numbers of a worker are that another one shows, at most; and how long that one waits.
FIGURES_S, GATHER_S = 1.0, 5.0
PING = b""


class StartError(Exception):
    """Why a worker cannot start until somebody does something; the message says what."""


class WorkerState(NamedTuple):
    """What a worker tells its supervisor."""

    is_serving: bool = False
    figures: bytes | None = None  # packed metrics; None: as they were
    wants_all: bool = False  # the metrics of all workers
    refusal: str | None = None  # why it cannot start


class Link:
    """The worker's end of the line."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._figures: bytes | None = None
        self._waiting: list[Callable[[bytes], Any]] = []

    def open(self) -> None:
        """WorkerState the supervisor from now on."""
        _OwnLink.link = self
        threading.Thread(target=self._answer, name="supervisor", daemon=True).start()

    def tell(self, state: WorkerState) -> None:
        """Send what the supervisor should know."""
        with self._lock:
            self._connection.send(state)

    async def keep_telling(self, collect: Callable[[], Iterable[Metric]]) -> None:
        """Have the supervisor know this worker's metrics, until cancelled."""
        while True:
            self._figures = pack(collect())
            await asyncio.sleep(FIGURES_S)

    async def gather(self, own: Iterable[Metric]) -> list[Metric]:
        """Return the metrics of all workers, given this one's latest.

        Raises:
            Unavailable: When the supervisor does not answer.
        """
        loop, found = asyncio.get_running_loop(), asyncio.get_running_loop().create_future()
        self._figures = pack(own)
        self._waiting.append(lambda told: loop.call_soon_threadsafe(_resolve, found, told))
        try:
            return unpack(await asyncio.wait_for(found, GATHER_S))
        except TimeoutError as error:
            raise Unavailable("The workers' metrics cannot be gathered; try again.") from error

    def _answer(self) -> None:
        try:
            while True:
                told = self._connection.recv_bytes()
                if told == PING:
                    figures, self._figures = self._figures, None
                    is_serving = context.current() is not None
                    self.tell(WorkerState(is_serving, figures, wants_all=bool(self._waiting)))
                else:
                    waiting, self._waiting = self._waiting, []
                    for take in waiting:
                        take(told)
        except (EOFError, OSError):
            _end_orphan()


class _OwnLink:
    """The line of this process; None where `serve` runs one worker, which needs no supervisor."""

    link: Link | None = None


def current() -> Link | None:
    """Return this process's line to its supervisor, if it has one."""
    return _OwnLink.link


def refuse(reason: str) -> NoReturn:
    """End the process: it cannot serve until somebody does what the reason says."""
    if _OwnLink.link is not None:
        _OwnLink.link.tell(WorkerState(refusal=reason))
    else:
        log.critical("%s", reason)
    os._exit(REFUSED)  # nothing runs yet, and the way out through the server logs a traceback


def pack(metrics: Iterable[Metric]) -> bytes:
    """Return metrics as bytes, few enough that sending them does not block."""
    return zlib.compress(pickle.dumps(list(metrics)), level=1)


def unpack(packed: bytes) -> list[Metric]:
    """Return packed metrics; only what our own processes have packed."""
    return pickle.loads(zlib.decompress(packed))  # noqa: S301 - from our own process


def _resolve(future: "asyncio.Future[bytes]", told: bytes) -> None:
    if not future.done():
        future.set_result(told)


def _end_orphan() -> None:
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(ORPHAN_S)
    os._exit(1)
