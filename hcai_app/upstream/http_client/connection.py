"""One connection to the server: one request at a time, kept open between them."""

import asyncio
import fcntl
import struct
import termios
from typing import Protocol, cast

import httptools

from hcai_app.upstream.http_client.errors import BrokenOffError, HttpClientError, UnseenError
from hcai_app.upstream.http_client.response import (
    CONTENT_LENGTH,
    KEPT_HEADERS,
    TRANSFER_ENCODING,
    Response,
)

# Headers, trailers, chunk sizes and 1xx, without a byte of the body between.
MAX_FRAMING_BYTES = 64 * 1024
# Smaller bodies are copied behind their head, so that both leave in one packet.
MAX_COPIED_BYTES = 64 * 1024
BODYLESS = (204, 304)


class Owner(Protocol):
    """Who keeps connections open between two requests."""

    def release(self, connection: "HttpConnection") -> None:
        """Take a connection back whose answer is complete."""
        ...

    def forget(self, connection: "HttpConnection") -> None:
        """Drop a connection that is closed."""
        ...


class HttpConnection(asyncio.Protocol):
    """An asyncio protocol, with llhttp's parser for what comes."""

    def __init__(self, owner: Owner, loop: asyncio.AbstractEventLoop) -> None:
        self.idle_since = 0.0
        self._owner = owner
        self._loop = loop
        self._transport: asyncio.Transport
        self._pieces: list[bytes] = []  # of the body, in the packet that is being parsed
        # What the parser calls for each piece: a method of ours would be called for each, too.
        self.on_body = self._pieces.append
        self._parser = httptools.HttpResponseParser(self)
        # What servers get wrong and every client reads all the same.
        self._parser.set_dangerous_leniencies(
            lenient_headers=True,
            lenient_optional_cr_before_lf=True,
            lenient_spaces_after_chunk_size=True,
        )
        self._response: Response | None = None
        self._request_bytes = 0
        self._framing_bytes = 0
        self._ends_with_connection = False
        self._is_paused = False
        self._is_answered = False  # the whole answer has come
        self._is_kept = False  # and the server keeps the connection open
        self._is_unseen = False

    @property
    def is_open(self) -> bool:
        """Whether a request can be sent."""
        return not self._transport.is_closing()

    @property
    def tls(self) -> object | None:
        """The TLS connection, if this is one."""
        return self._transport.get_extra_info("ssl_object")

    def send(self, head: bytes, body: bytes) -> Response:
        """Send a request; return the answer, of which nothing has come yet."""
        response = self._response = Response(self, self._loop)
        self._request_bytes = len(head) + len(body)
        self._framing_bytes = 0
        self._is_answered = False
        if len(body) < MAX_COPIED_BYTES:
            self._transport.write(head + body)
        else:
            self._transport.writelines((head, body))
        return response

    def close(self) -> None:
        """Close an idle connection."""
        self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        self._transport.abort()

    def resume(self) -> None:
        """Read on, if reading was paused."""
        if self._is_paused:
            self._is_paused = False
            self._transport.resume_reading()

    # What the transport calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Parse what came."""
        response = self._response
        if response is None:  # nobody has asked
            self.abort()
            return
        self._framing_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._take_pieces()
            self._fail(BrokenOffError(f"what came is no HTTP: {error}"))
            return
        self._take_pieces()
        if self._is_answered:
            self._settle()
        elif self._framing_bytes > MAX_FRAMING_BYTES:
            self._fail(BrokenOffError("the headers have no end"))
        elif response.is_ahead and not self._is_paused:
            self._is_paused = True
            self._transport.pause_reading()

    def eof_received(self) -> None:
        """End an answer that lasts as long as its connection; the transport closes itself."""
        response = self._response
        if response is None:
            return
        if not response.status:
            self._is_unseen = self._has_not_arrived()
        elif self._ends_with_connection:
            response.end()

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail the answer under way."""
        self._owner.forget(self)
        del self._parser  # it holds on to us
        response, self._response = self._response, None
        if response is not None:
            kind = UnseenError if self._is_unseen else BrokenOffError
            response.end(kind("the connection was closed before the answer was whole"))

    # What the parser calls.

    def on_message_begin(self) -> None:
        """Notice a second answer, for which nobody has asked."""
        if self._is_answered:
            self._is_kept = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header that somebody asks for; trailers have none.

        Raises:
            BrokenOffError: When it holds a NUL, which the parser lets pass.
        """
        if b"\0" in value:
            raise BrokenOffError("a header has a NUL in it")
        response = self._response
        if response is not None and not response.status:
            name = name.lower()
            if name in KEPT_HEADERS:
                response.raw_headers[name] = value.strip()

    def on_headers_complete(self) -> None:
        """Start the answer, unless it is a provisional one (1xx)."""
        response, status = self._response, self._parser.get_status_code()
        if response is None or response.status:
            return
        headers = response.raw_headers
        if 100 <= status < 200:
            headers.clear()
            return
        codings = headers.get(TRANSFER_ENCODING, b"").rpartition(b",")[2].strip().lower()
        has_end = CONTENT_LENGTH in headers or codings == b"chunked" or status in BODYLESS
        self._ends_with_connection = not has_end
        response.start(status)

    def on_message_complete(self) -> None:
        """Take the end of the answer."""
        response = self._response
        if response is not None and response.status and not self._is_answered:
            self._take_pieces()
            self._is_answered = True
            self._is_kept = self._parser.should_keep_alive()
            response.end()

    def _take_pieces(self) -> None:
        """Hand on what has come of the body; what comes behind its end is nobody's."""
        if pieces := self._pieces:
            self._framing_bytes = 0
            if self._response is not None and not self._is_answered:
                self._response.add(pieces)
            pieces.clear()

    def _settle(self) -> None:
        """Be free for the next request, or close.

        A request that is not sent to its end, because the answer came first, cannot be followed by
        another one.
        """
        self._response = None
        self.resume()
        is_sent = not self._transport.get_write_buffer_size()
        if self._is_kept and is_sent and self.is_open:
            self._owner.release(self)
        else:
            self.close()

    def _fail(self, error: HttpClientError) -> None:
        if self._response is not None:
            self._response.end(error)
        self.abort()

    def _has_not_arrived(self) -> bool:
        """Return whether the server closed before a byte of the request had arrived.

        That a server has closed says what it had received until then, and the kernel knows: what is
        still unacknowledged did not arrive in time, and what comes later nobody reads.
        """
        waiting = self._transport.get_write_buffer_size()
        try:
            sent = fcntl.ioctl(self._socket(), termios.TIOCOUTQ, struct.pack("i", 0))
        except (OSError, ValueError):
            return False  # nobody can tell, so it may have arrived
        (unacknowledged,) = struct.unpack("i", sent)
        return waiting + unacknowledged >= self._request_bytes

    def _socket(self) -> int:
        return self._transport.get_extra_info("socket").fileno()
