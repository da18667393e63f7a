"""uvicorn's HTTP protocol, guarded: whatever a request's bytes are, they are one request.

It has timeouts for headers and bodies, limits to headers and trailers, and ignores every upgrade
but a WebSocket's (docs/decisions/0026-one-request.md). What it refuses is not logged: a line for
each bad request would be a way to fill the disk.
"""

import asyncio
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from hcai_app import clock
from hcai_app.api import errors
from hcai_app.api.exchange import HTTPS_ONLY
from hcai_app.errors import HcaiError, InvalidRequest, TooSlow
from hcai_app.services import call
from hcai_app.worker import context

# Timeout and size limit of the headers; the connection is closed beyond either.
HEADERS_S = 20.0
MAX_HEADER_BYTES = 64 * 1024
# Trailers, or chunk extensions, without a byte of the body between.
MAX_TRAILER_BYTES = 8 * 1024
# Idle timeout of a request body.
BODY_SILENCE_S = 60.0
# What says how long a body is.
FRAMING = (b"content-length", b"transfer-encoding")
# What Java's client asks for by default over plain HTTP: it keeps its connection.
H2C = [b"h2c"]
WEBSOCKET = [b"websocket"]


class RefusedError(Exception):
    """Ends the parsing of a connection that has got its last answer."""


class UntilClosed(RequestResponseCycle):
    """An answer to HTTP/1.0, which knows no chunks: the end of the connection is its end."""

    async def send(self, message: Any) -> None:
        """Send a part of the answer, without a length to keep to."""
        self.chunked_encoding = False
        self.expected_content_length = len(message.get("body", b""))
        await super().send(message)


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with timeouts for headers and bodies, which it lacks (slowloris).

    One periodic timer per connection, for these and for idle connections: one per request would
    cost too much.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the header timeout."""
        super().connection_made(transport)
        self._packet_bytes = 0
        self._header_bytes = 0
        self._trailer_bytes = 0  # came since the last byte of the body
        self._headers_since: float | None = self.loop.time()
        self._body_at: float | None = None  # arrival of the last chunk of an unfinished body
        self._idle_since: float | None = None  # the end of the last answer
        self._is_websocket = False
        self._is_ignoring_upgrade = False  # the parser stops behind this head
        self._is_resuming = False
        self._guard = self.loop.call_later(HEADERS_S, self._look)

    def data_received(self, data: bytes) -> None:
        """Parse what came, within the limits of headers and trailers."""
        self._packet_bytes = len(data)
        if self._headers_since is not None:
            self._header_bytes += len(data)
        elif self._body_at is not None:
            self._body_at = self.loop.time()
            self._trailer_bytes += len(data)
        self._parse(data)
        if self._headers_since is not None and self._header_bytes > MAX_HEADER_BYTES:
            self._refuse(InvalidRequest("The path and the headers are too long; send less."))
        elif self._body_at is not None and self._trailer_bytes > MAX_TRAILER_BYTES:
            self._refuse(InvalidRequest("The trailers are too long; send none."))

    def _parse(self, data: bytes) -> None:
        rest = memoryview(data)
        while not self.transport.is_closing():
            try:
                self.parser.feed_data(rest)
            except httptools.HttpParserError:
                self.send_400_response("Invalid HTTP request received.")
            except httptools.HttpParserUpgrade as upgrade:
                if self._is_websocket:
                    self.handle_websocket_upgrade()
                    return
                rest = rest[upgrade.args[0] :]
                self._resume()
            else:
                return

    def _resume(self) -> None:
        """Go on behind the head of a request that asked for another protocol.

        httptools has stopped there, and would take the body for the next request. A parser that is
        given the same length reads it as what it is.
        """
        lengths = (pair for pair in self.scope["headers"] if pair[0] in FRAMING)
        head = b"".join(b"%b: %b\r\n" % (name, value) for name, value in lengths)
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self._is_ignoring_upgrade = False
        self._is_resuming = True
        self.parser.feed_data(b"POST / HTTP/1.1\r\n" + head + b"\r\n")
        self._is_resuming = False

    def _should_upgrade(self) -> bool:
        return self._is_websocket

    def on_message_begin(self) -> None:
        """Start the header timeout of the next keep-alive request."""
        if self._is_resuming:
            return
        self.url, self.headers, self.expect_100_continue = b"", [], False
        self._idle_since = None
        self._headers_since = self.loop.time()
        self._header_bytes = self._packet_bytes

    def on_headers_complete(self) -> None:
        """Stop the header timeout, start that of the body."""
        if self._is_resuming:
            return
        self._body_at = self._headers_since
        self._headers_since = None
        self._check_headers()
        self._begin()
        self.headers = []  # of the trailers, which nobody reads

    def _begin(self) -> None:
        """Start what the head asks for, uvicorn's way."""
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()  # makes the scope
        self.url, self.expect_100_continue = url, expects
        self.headers += headers
        wishes = [value.strip().lower() for name, value in self.headers if name == b"upgrade"]
        asks = bool(wishes) and self.parser.should_upgrade()
        self._is_websocket = asks and self._is_for_websocket(wishes)
        self._is_ignoring_upgrade = asks and not self._is_websocket
        super().on_headers_complete()
        if self._is_ignoring_upgrade and wishes != H2C:
            self.cycle.keep_alive = False  # somebody in between may have believed in the upgrade
        if self.scope["http_version"] == "1.0" and not self._is_websocket:
            self.cycle.__class__ = UntilClosed
            self.cycle.waiting_for_100_continue = False

    def _check_headers(self) -> None:
        """Refuse headers over the limit, also when they came in one packet.

        Raises:
            RefusedError: The answer is sent.
        """
        is_long = self._header_bytes > MAX_HEADER_BYTES and (
            len(self.url) + _size(self.headers) > MAX_HEADER_BYTES
        )
        self._header_bytes = 0
        if is_long:
            self._refuse(InvalidRequest("The path and the headers are too long; send less."))
            raise RefusedError

    def _is_for_websocket(self, wishes: list[bytes]) -> bool:
        """Return whether a WebSocket can begin here: a GET without a body, nothing before it."""
        has_body = any(name in FRAMING and value != b"0" for name, value in self.headers)
        is_free = self.cycle is None or self.cycle.response_complete
        is_get = self.parser.get_method() == b"GET" and self.parser.get_http_version() == "1.1"
        return wishes == WEBSOCKET and is_get and is_free and not has_body

    def on_body(self, body: bytes) -> None:
        """Count trailers from here on."""
        self._trailer_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Stop the body timeout.

        Raises:
            RefusedError: The trailers were too long; the answer is sent.
        """
        if self._is_ignoring_upgrade:
            return
        self._body_at = None
        self._trailer_bytes = 0
        if self.headers and _size(self.headers) > MAX_TRAILER_BYTES:
            self._refuse(InvalidRequest("The trailers are too long; send none."))
            raise RefusedError
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Go on with the request that waits; without one the connection is idle from now on."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        else:
            self._idle_since = self.loop.time()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the timer."""
        self._guard.cancel()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Answer malformed HTTP with a JSON error."""
        self._refuse(InvalidRequest(f"{msg} Check the request line, headers and body length."))

    def _refuse(self, error: HcaiError) -> None:
        """Send the error and close the connection; a response under way is truncated."""
        if self.transport is None or self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            opened = context.opened()
            body = errors.body_of_no_request(opened.settings.origin if opened else "", error)
            self.transport.write(
                STATUS_LINE[error.code]
                + b"content-type: application/json\r\nx-content-type-options: nosniff\r\n"
                + b"x-request-id: %b\r\n" % call.new_id(clock.now_ms()).encode()
                + (b"%b: %b\r\n" % HTTPS_ONLY if _is_production() else b"")
                + b"content-length: %d\r\nconnection: close\r\n\r\n" % len(body)
                + body
            )
        self.transport.close()

    def _look(self) -> None:
        if self.transport is None or self.transport.is_closing():
            return  # after an upgrade to WebSocket `connection_lost` is not called here
        since, body_at, now = self._headers_since, self._body_at, self.loop.time()
        idle_s = 0.0 if self._idle_since is None else now - self._idle_since
        if (since is not None and now - since >= HEADERS_S) or idle_s >= self.timeout_keep_alive:
            self._close_late()
        elif body_at is not None and now - body_at >= BODY_SILENCE_S:
            self._refuse_rest()
        else:
            headers_s = HEADERS_S if since is None else since + HEADERS_S - now
            body_s = HEADERS_S if body_at is None else body_at + BODY_SILENCE_S - now
            next_s = min(headers_s, body_s, self.timeout_keep_alive - idle_s)
            self._guard = self.loop.call_later(next_s, self._look)

    def _refuse_rest(self) -> None:
        """Answer a request whose body timed out, unless its response has started."""
        if self.cycle is not None and self.cycle.response_started:
            self._close_late()
        else:
            self._refuse(TooSlow("The body stopped coming: send it again."))

    def _close_late(self) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.close()


def _is_production() -> bool:
    opened = context.opened()
    return opened is not None and opened.settings.is_production


def _size(headers: list[tuple[bytes, bytes]]) -> int:
    return sum(len(name) + len(value) + 4 for name, value in headers)
