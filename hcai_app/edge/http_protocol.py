"""uvicorn's HTTP protocol, guarded: timeouts for headers and bodies, a limit to headers."""

import asyncio
import re

import msgspec
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from hcai_app import clock
from hcai_app.api import errors
from hcai_app.errors import HcaiError, InvalidRequest
from hcai_app.services import call

# Timeout and size limit of the headers; the connection is closed beyond either.
HEADERS_S = 20.0
MAX_HEADER_BYTES = 64 * 1024
# Idle timeout of a request body.
BODY_SILENCE_S = 60.0
# What Java's client asks for by default over plain HTTP. A server may ignore it, but httptools
# takes the body that follows for the other protocol's.
H2C = b"h2c"
ASKS_FOR_H2C = re.compile(rb"\r\nupgrade:[ \t]*h2c[ \t]*(?=\r\n)", re.IGNORECASE)


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with timeouts for headers and bodies, which it lacks (slowloris).

    One periodic timer per connection: one per request would cost too much.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the header timeout."""
        super().connection_made(transport)
        self._header_bytes = 0
        self._headers_since: float | None = self.loop.time()
        self._body_at: float | None = None  # arrival of the last chunk of an unfinished body
        self._guard = self.loop.call_later(HEADERS_S, self._look)

    def data_received(self, data: bytes) -> None:
        """Enforce the header size limit."""
        if H2C in data and (self.cycle is None or not self.cycle.more_body):
            data = _without_h2c(data)
        super().data_received(data)
        if self._body_at is not None:
            self._body_at = self.loop.time()
        if self._headers_since is not None:
            self._header_bytes += len(data)
            if self._header_bytes > MAX_HEADER_BYTES:
                self._refuse(InvalidRequest("The path and the headers are too long; send less."))

    def on_message_begin(self) -> None:
        """Start the header timeout of the next keep-alive request."""
        super().on_message_begin()
        self._headers_since = self.loop.time()

    def on_headers_complete(self) -> None:
        """Stop the header timeout, start that of the body."""
        self._body_at = self._headers_since
        self._headers_since = None
        self._header_bytes = 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Stop the body timeout."""
        self._body_at = None
        super().on_message_complete()

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
            body = msgspec.json.encode({"error": errors.error_object(error)})
            self.transport.write(
                STATUS_LINE[error.code]
                + b"content-type: application/json\r\nx-content-type-options: nosniff\r\n"
                + b"x-request-id: %b\r\n" % call.new_id(clock.now_ms()).encode()
                + b"content-length: %d\r\nconnection: close\r\n\r\n" % len(body)
                + body
            )
        self.transport.close()

    def _look(self) -> None:
        if self.transport is None or self.transport.is_closing():
            return  # after an upgrade to WebSocket `connection_lost` is not called here
        since, body_at, now = self._headers_since, self._body_at, self.loop.time()
        if since is not None and now - since >= HEADERS_S:
            self._close_late()
        elif body_at is not None and now - body_at >= BODY_SILENCE_S:
            self._refuse_rest()
        else:
            headers_s = HEADERS_S if since is None else since + HEADERS_S - now
            body_s = HEADERS_S if body_at is None else body_at + BODY_SILENCE_S - now
            self._guard = self.loop.call_later(min(headers_s, body_s), self._look)

    def _refuse_rest(self) -> None:
        """Answer a request whose body timed out, unless its response has started."""
        if self.cycle is not None and self.cycle.response_started:
            self._close_late()
        else:
            self._refuse(InvalidRequest("The body stopped coming."))

    def _close_late(self) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.close()


def _without_h2c(data: bytes) -> bytes:
    """Return a request's head without the `Upgrade: h2c` header."""
    headers, end, body = data.partition(b"\r\n\r\n")
    return ASKS_FOR_H2C.sub(b"", headers + end[:2]) + end[2:] + body
