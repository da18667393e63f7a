"""`python -m hcai_app serve`: the production server, pages included.

uvicorn, because it was as fast as Granian or faster on our road, ends handlers in a bounded time,
and runs one process a worker (docs/decisions/0002-uvicorn.md).
"""

import asyncio
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hcai_app import frontend
from hcai_app.settings import Settings

APP = "hcai_app.hcai_app:app"
BACKLOG = 4096
KEEP_ALIVE_S = 75
# A connection that has not sent its headers by then is closed, and one whose headers never end.
HEADERS_S = 20.0
MAX_HEADER_BYTES = 64 * 1024
# What the server waits beyond HCAI_STOP_SECONDS for calls that were cut to end.
STOP_GRACE_S = 10


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which by itself waits for headers without end."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock: headers are expected."""
        super().connection_made(transport)
        self._header_bytes = 0
        self._awaits_headers = True
        self._header_timer = self.loop.call_later(HEADERS_S, self._close_late)

    def data_received(self, data: bytes) -> None:
        """Count the bytes of headers."""
        if self._awaits_headers:
            self._header_bytes += len(data)
        super().data_received(data)
        if self._awaits_headers and self._header_bytes > MAX_HEADER_BYTES:
            self._close_late()

    def on_message_begin(self) -> None:
        """Start the clock for the next request of the connection."""
        super().on_message_begin()
        self._header_timer.cancel()
        self._awaits_headers = True
        self._header_timer = self.loop.call_later(HEADERS_S, self._close_late)

    def on_headers_complete(self) -> None:
        """Stop the clock."""
        self._header_timer.cancel()
        self._awaits_headers = False
        self._header_bytes = 0
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._header_timer.cancel()
        super().connection_lost(exc)

    def _close_late(self) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.close()


def serve(given: Settings, *, host: str, port: int, workers: int, with_pages: bool) -> None:
    """Build the pages if they are not, then serve until a signal ends it.

    Raises:
        frontend.BuildError: When the pages cannot be built.
    """
    if with_pages:
        frontend.ensure_built()
    frontend.serve_built_pages(port, with_pages=with_pages)
    options: dict[str, Any] = {
        "factory": True,
        "host": host,
        "port": port,
        "workers": workers,
        "loop": "uvloop",
        "http": GuardedProtocol,
        "ws": "wsproto",
        "lifespan": "on",
        "access_log": False,
        "log_level": "warning",
        "backlog": BACKLOG,
        "timeout_keep_alive": KEEP_ALIVE_S,
        "timeout_graceful_shutdown": int(given.stop_seconds) + STOP_GRACE_S,
        "server_header": False,
        "proxy_headers": False,
    }
    uvicorn.run(APP, **options)
