"""Hands a connection from a worker that serves the API alone to one that has the pages, too.

All workers listen on one port, and nobody knows beforehand what a connection will ask for. At the
first request that is not the API's the connection itself goes to another worker, with the bytes
that were read of it, and stays there (docs/decisions/0037-api-workers.md).
"""

import asyncio
import logging
import socket
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import unquote

import httptools
import uvicorn

from hcai_app.api.exchange import Scope
from hcai_app.edge.direct import CALLS, DirectProtocol
from hcai_app.edge.http_protocol import RefusedError
from hcai_app.errors import TooLarge, Unavailable

log = logging.getLogger(__name__)

# Whether a request is the API's.
Owns = Callable[[Scope], bool]
# What may have been read of a request: its head, and what of the body came with it.
MAX_READ = 128 * 1024


class Ends(NamedTuple):
    """The two ends of the way, which all workers of a server share."""

    giving: socket.socket
    taking: socket.socket


def open_way() -> Ends:
    """Open the way from the workers of the API to those with pages."""
    giving, taking = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    giving.setblocking(False)
    taking.setblocking(False)
    return Ends(giving, taking)


class GivingProtocol(DirectProtocol):
    """The protocol of a worker that serves the API alone."""

    def __init__(self, *args: Any, owns: Owns, giving: socket.socket, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._owns = owns
        self._giving = giving
        self._read: bytes | None = None  # of a request, from its first byte on
        self._is_between = True

    def data_received(self, data: bytes) -> None:
        """Parse what came; of a head, keep it until it is known whose it is."""
        if self._is_between:
            self._read = data
        elif self._headers_since is not None and self._read is not None:
            self._read += data
        else:
            self._read = None
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Note that a request has begun."""
        self._is_between = False
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Give the connection away when the request is not the API's.

        Raises:
            RefusedError: The connection is another worker's now.
        """
        if self._is_alone() and not self._is_ours():
            self._give()
            raise RefusedError
        self._read = None
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Note that the next bytes are another request's."""
        self._is_between = not self._is_ignoring_upgrade
        super().on_message_complete()

    def _is_alone(self) -> bool:
        """Return whether nothing else is under way; what came behind another request stays here."""
        is_free = self.cycle is None or self.cycle.response_complete
        is_sent = not self.transport.get_write_buffer_size()
        return is_free and is_sent and self._read is not None and not self._is_resuming

    def _is_ours(self) -> bool:
        if self.url in CALLS:
            return True
        try:
            path = unquote(httptools.parse_url(self.url).path.decode("ascii"))
        except (httptools.HttpParserInvalidURLError, UnicodeDecodeError):
            return True
        method = self.parser.get_method().decode("ascii")
        return self._owns({"path": path, "method": method, "headers": self.headers})

    def _give(self) -> None:
        read, connection = self._read or b"", self.transport.get_extra_info("socket")
        if len(read) > MAX_READ:
            self._refuse(TooLarge("Nothing but the API takes such a body; send less."))
            return
        try:
            socket.send_fds(self._giving, [read], [connection.fileno()])
        except OSError as error:
            log.warning("a connection cannot be handed to a worker with pages: %s", error)
            self._refuse(Unavailable("The pages cannot be reached; try again in a moment."))
            return
        self.transport.abort()  # the other worker has it open


class TakenProtocol(DirectProtocol):
    """A connection that another worker has begun to read."""

    read = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Parse what the other worker has read before anything else comes."""
        super().connection_made(transport)
        self.data_received(self.read)


class Taker:
    """Takes connections over, in a worker with pages."""

    def __init__(self, taking: socket.socket, server: uvicorn.Server) -> None:
        self._taking = taking
        self._server = server
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self) -> None:
        """Take connections from now on."""
        asyncio.get_running_loop().add_reader(self._taking, self._take)

    def stop(self) -> None:
        """Leave them to other workers."""
        asyncio.get_running_loop().remove_reader(self._taking)

    def _take(self) -> None:
        try:
            read, handles, _flags, _address = socket.recv_fds(self._taking, MAX_READ, 1)
        except OSError:  # another worker was faster
            return
        for handle in handles:
            task = asyncio.create_task(self._serve(socket.socket(fileno=handle), read))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _serve(self, connection: socket.socket, read: bytes) -> None:
        made = partial(
            TakenProtocol,
            config=self._server.config,
            server_state=self._server.server_state,
            app_state=self._server.lifespan.state,
        )
        try:
            await asyncio.get_running_loop().connect_accepted_socket(_with(made, read), connection)
        except OSError as error:
            log.debug("a connection that was handed over has ended: %s", error)
            connection.close()


def _with(made: Callable[[], TakenProtocol], read: bytes) -> Callable[[], TakenProtocol]:
    def protocol() -> TakenProtocol:
        taken = made()
        taken.read = read
        return taken

    return protocol
