"""The short way of a call: from the server's parser to the road, and from the road to the socket.

A call to an endpoint with a body needs no ASGI scope, no messages, no event and no queue between.
Everything else goes uvicorn's way, which writes the same bytes (docs/decisions).
"""

import asyncio
import logging
from collections.abc import Awaitable

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from hcai_app.api import app
from hcai_app.api.endpoint import ROOT, Handler
from hcai_app.api.endpoints import ENDPOINTS
from hcai_app.api.exchange import ClientGoneError, Exchange, Headers
from hcai_app.api.routes import ROUTES
from hcai_app.edge.http_protocol import GuardedProtocol

log = logging.getLogger(__name__)

POST = "POST"
# By request target, as it stands in the request line.
CALLS: dict[bytes, Handler] = {
    (ROOT + endpoint.path).encode(): ROUTES[ROOT + endpoint.path][POST]
    for endpoint in ENDPOINTS
    if endpoint.method == POST
}
CONTENT_LENGTH, CONNECTION_CLOSE = b"content-length", b"connection: close\r\n"
CLOSE = (b"connection", b"close")
CHUNKED, LAST_CHUNK = b"transfer-encoding: chunked\r\n", b"0\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
# Smaller pieces are copied behind their head, so that both leave in one packet.
MAX_COPIED_BYTES = 64 * 1024


class DirectExchange(Exchange):
    """A call on a connection; to uvicorn's protocol it is the cycle that is under way."""

    def __init__(self, protocol: "DirectProtocol") -> None:
        client = protocol.client
        url, headers = protocol.url.decode("ascii"), protocol.headers
        super().__init__(POST, url, headers, client[0] if client else None)
        self._protocol = protocol
        self._transport, self._flow = protocol.transport, protocol.flow
        self._waiter: asyncio.Future[None] | None = None
        self._is_handed_out = False  # the whole body
        self._has_length = False
        self._unsent_head = b""  # goes out with the first piece of the body: a packet less
        self._awaits_continue = protocol.expect_100_continue
        # What uvicorn's protocol reads, and writes.
        self.keep_alive = protocol.parser.should_keep_alive()
        self.body = bytearray()
        self.more_body = True
        self.disconnected = False
        self.response_started = False
        self.response_complete = False

    @property
    def message_event(self) -> "DirectExchange":
        """What uvicorn's protocol sets when a piece of the body has come, or the client is gone."""
        return self

    def set(self) -> None:
        """Wake whoever waits for a piece of the body, or for the client to leave."""
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    async def next_piece(self) -> tuple[bytes, bool]:
        """Return the next piece of the body, and whether it is the last.

        Raises:
            ClientGoneError: When the client disconnects.
        """
        if self._awaits_continue and not self._transport.is_closing():
            self._transport.write(CONTINUE)
            self._awaits_continue = False
        self._flow.resume_reading()
        while not (self.body or self._has_ended()):
            await self._wait()
        if self.disconnected or self.response_complete:
            raise ClientGoneError
        data, self.body = bytes(self.body), bytearray()
        self._is_handed_out = not self.more_body
        return data, self._is_handed_out

    async def until_left(self) -> None:
        """Wait until the client disconnects, or the response is complete."""
        self._flow.resume_reading()
        self._flush_head()
        while not (self.disconnected or self.response_complete):
            await self._wait()

    def _send_head(self, status: int, headers: Headers) -> Awaitable[None]:
        if self._flow.write_paused and not self.disconnected:
            return self._send_head_later(status, headers)
        self._unsent_head = self._head(status, headers)
        return self._protocol.done

    async def _send_head_later(self, status: int, headers: Headers) -> None:
        await self._flow.drain()
        await self._send_head(status, headers)

    def _head(self, status: int, headers: Headers) -> bytes:
        """Return status and headers as bytes, and note how the body is framed."""
        self.response_started, self._awaits_continue = True, False
        protocol = self._protocol
        lines = [
            STATUS_LINE[status],
            *[b"%b: %b\r\n" % pair for pair in protocol.server_state.default_headers],
            *[b"%b: %b\r\n" % pair for pair in headers],
        ]
        if CLOSE in headers:  # the answer says so itself
            self.keep_alive = False
        elif not self.keep_alive:
            lines.append(CONNECTION_CLOSE)
        self._has_length = CONTENT_LENGTH in [name for name, _value in headers]
        if not self._has_length:
            lines.append(CHUNKED)
        lines.append(b"\r\n")
        return b"".join(lines)

    def write(self, data: bytes, *, more: bool = True) -> Awaitable[None]:
        """Send a chunk of the body; `more=False` ends the response."""
        if self._flow.write_paused and not self.disconnected:
            return self._write_later(data, more)
        self._write(data, more)
        return self._protocol.done

    async def _write_later(self, data: bytes, more: bool) -> None:
        await self._flow.drain()
        self._write(data, more)

    def _write(self, data: bytes, more: bool) -> None:
        if self.disconnected:
            return
        if not self._has_length:
            end = b"" if more else LAST_CHUNK
            data = b"%x\r\n%b\r\n%b" % (len(data), data, end) if data else end
        head, self._unsent_head = self._unsent_head, b""
        if head and len(data) > MAX_COPIED_BYTES:
            self._transport.writelines((head, data))
        else:
            self._transport.write(head + data)
        if not more:
            self._complete()

    def _flush_head(self) -> None:
        """Send a head that no piece of the body follows for now."""
        head, self._unsent_head = self._unsent_head, b""
        if head and not self.disconnected:
            self._transport.write(head)

    def _complete(self) -> None:
        self.response_complete = True
        self.set()
        if not self.keep_alive:
            self._transport.close()
        self._protocol.on_response_complete()

    async def serve(self, handler: Handler) -> None:
        """Answer the call; an answer that ends too early is cut off with its connection."""
        task = asyncio.current_task()
        try:
            await app.answer(self, handler)
        except asyncio.CancelledError:
            log.error("call %s did not end in time", self.request_id)
        finally:
            if not (self.response_complete or self.disconnected):
                self._flush_head()
                self._transport.close()
            self._protocol.tasks.discard(task)
            del self._protocol  # it holds on to us, and the garbage collector would have to come

    def _has_ended(self) -> bool:
        """Return whether no more of the body comes, though it may still be handed out once."""
        is_whole = not (self.more_body or self._is_handed_out)
        return is_whole or self.disconnected or self.response_complete

    async def _wait(self) -> None:
        self._waiter = self._protocol.loop.create_future()
        await self._waiter


class DirectProtocol(GuardedProtocol):
    """The guarded protocol, with the short way."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Prepare what a write returns that nobody has to wait for."""
        super().connection_made(transport)
        self.done = self.loop.create_future()
        self.done.set_result(None)

    def _begin(self) -> None:
        """Serve a call; what is no call, or comes behind another request, goes uvicorn's way."""
        handler = CALLS.get(self.url)
        if handler is None or not self._is_plain_post():
            super()._begin()
            return
        self.cycle = exchange = DirectExchange(self)  # type: ignore[assignment]
        self.tasks.add(self.loop.create_task(exchange.serve(handler)))

    def _is_plain_post(self) -> bool:
        parser, cycle = self.parser, self.cycle
        return (
            (cycle is None or cycle.response_complete)
            and parser.get_method() == b"POST"
            and parser.get_http_version() == "1.1"
            and not parser.should_upgrade()
        )
