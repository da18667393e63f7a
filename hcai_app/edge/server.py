"""`python -m hcai_app serve`: the production server, of the whole app or of the API alone.

uvicorn, because it was as fast as Granian or faster on our road, ends handlers in a bounded time,
and runs one process a worker (docs/decisions/0002-uvicorn.md).
"""

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from typing import cast

import uvicorn

from hcai_app.api.app import ApiApp
from hcai_app.edge import handover, log_lines
from hcai_app.edge.direct import DirectProtocol
from hcai_app.edge.handover import Ends, GivingProtocol, Taker
from hcai_app.edge.socket_limits import MAX_MESSAGE
from hcai_app.edge.supervisor import Supervisor
from hcai_app.errors import InvalidRequest
from hcai_app.services.ops import open_files
from hcai_app.settings import Settings
from hcai_app.worker.shutdown import CUT_S
from hcai_app.worker.supervisor_link import Link

log = logging.getLogger(__name__)

APP = "hcai_app.hcai_app:app"
API = "hcai_app.edge.api_server:api_server"
# Environment variable of the listening address for workers; Reflex reads it too.
HOST = "REFLEX_BACKEND_HOST"
BACKLOG = 4096
KEEP_ALIVE_S = 75
# Extra wait after HCAI_STOP_SECONDS for cancelled calls to end, in seconds.
STOP_GRACE_S = 10
# What a server ends with that no signal has ended.
ENDED_BY_ITSELF = 1


@dataclass(frozen=True, slots=True)
class Workers:
    """How many there are of an app, and besides of the API alone."""

    of_app: int
    of_api: int = 0


def serve(app: str, settings: Settings, *, host: str, port: int, workers: Workers) -> int:
    """Serve an app, named like `APP` or `API`, until a signal ends it; return the exit code.

    Raises:
        InvalidRequest: When it cannot listen there.
    """
    os.environ[HOST] = host
    sockets = _bind(host, port)
    ends = handover.open_way() if workers.of_api else None
    worker = _Worker(app, int(settings.stop_seconds) + STOP_GRACE_S, sockets, workers.of_app, ends)
    log_lines.set_up("worker 1" if workers == Workers(1) else "supervisor")
    open_files.raise_limit()  # the workers', too
    if problem := open_files.problem():
        log.warning(problem)
    if workers == Workers(1):
        return worker.serve(1)
    count = workers.of_app + workers.of_api
    return Supervisor(worker, count, worker.stop_s + 2 * CUT_S).run()


def listening_host() -> str:
    """Return the listening address of this worker's server."""
    return os.environ[HOST]


@dataclass(frozen=True, slots=True)
class _Worker:
    """What runs in a worker's process: uvicorn, on sockets that all workers share."""

    app: str
    stop_s: int
    sockets: list[socket.socket]
    of_app: int  # so many workers; those after them serve the API alone
    ends: Ends | None  # of the way on which these hand over what is not the API's

    def __call__(self, number: int, line: Connection) -> None:
        """Serve in a process of its own, which a supervisor has started."""
        log_lines.set_up(f"worker {number}")
        Link(line).open()
        raise SystemExit(self.serve(number))

    def serve(self, number: int) -> int:
        """Serve until a signal; return the exit code."""
        app, protocol, taking = self.app, DirectProtocol, self.ends and self.ends.taking
        if self.ends is not None and number > self.of_app:
            app, taking = API, None
            protocol = partial(GivingProtocol, owns=ApiApp().owns, giving=self.ends.giving)
        server = _Server(
            uvicorn.Config(
                app,
                factory=True,
                loop="uvloop",
                http=cast(type[DirectProtocol], protocol),
                ws="wsproto",
                # Compressed, a few bytes become megabytes before anybody can refuse them.
                ws_per_message_deflate=False,
                ws_max_size=MAX_MESSAGE,
                lifespan="on",
                access_log=False,
                log_config=None,
                backlog=BACKLOG,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=self.stop_s,
                server_header=False,
                proxy_headers=False,
            ),
            taking,
        )
        server.run(self.sockets)
        return 0 if server.was_signalled else ENDED_BY_ITSELF


class _Server(uvicorn.Server):
    """uvicorn's server, which by itself ends the process with the signal that ended it."""

    was_signalled = False

    def __init__(self, config: uvicorn.Config, taking: socket.socket | None) -> None:
        super().__init__(config)
        self._taker = None if taking is None else Taker(taking, self)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve, also the connections that other workers hand over."""
        await super().startup(sockets)
        if self._taker is not None and self.started:
            self._taker.start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End what is served; what is handed over from now on is other workers'."""
        if self._taker is not None:
            self._taker.stop()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals that end the server, and do not raise them again."""
        with super().capture_signals():
            yield
            self.was_signalled = bool(self._captured_signals)
            self._captured_signals.clear()


def _bind(host: str, port: int) -> list[socket.socket]:
    """Bind the port, at every address of the host; the workers listen."""
    sockets: list[socket.socket] = []
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in dict.fromkeys(found):
            sockets.append(one := socket.socket(family, kind, protocol))
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.bind(address)
    except OSError as error:
        reason = f"cannot listen on {host}:{port}: {(error.strerror or '').lower()}"
        raise InvalidRequest(f"{reason}; stop what listens there, or choose --port") from error
    return sockets
