"""An answer of the server, from its headers on; its body is read piece by piece.

The connection fills it and the caller empties it. Pieces are handed on as they came, never joined
beyond what waits at one moment.
"""

import asyncio
from contextlib import suppress
from typing import Protocol

from hcai_app.upstream.http_client.decoding import Unpacker
from hcai_app.upstream.http_client.errors import BrokenOffError, HttpClientError

# How much of an answer is read ahead of a slow reader, in bytes.
READ_AHEAD = 64 * 1024
# The headers that somebody asks for, in lower case.
CONTENT_TYPE, CONTENT_LENGTH = b"content-type", b"content-length"
TRANSFER_ENCODING, CONTENT_ENCODING = b"transfer-encoding", b"content-encoding"
KEPT_HEADERS = frozenset(
    (
        *(CONTENT_TYPE, CONTENT_LENGTH, TRANSFER_ENCODING, CONTENT_ENCODING),
        *(b"x-generation-id", b"retry-after"),
    )
)


class Source(Protocol):
    """The connection that an answer comes from."""

    def resume(self) -> None:
        """Read on: the reader has caught up."""
        ...

    def abort(self) -> None:
        """Close at once: nobody wants the rest."""
        ...


class Response:
    """One answer; `status` is 0 until its headers have come."""

    __slots__ = (
        *("status", "raw_headers", "is_over"),
        *("_error", "_loop", "_pieces", "_size", "_source", "_unpacker", "_waiter"),
    )

    def __init__(self, source: Source, loop: asyncio.AbstractEventLoop) -> None:
        self.status = 0
        self.raw_headers: dict[bytes, bytes] = {}
        self.is_over = False  # whole, or failed
        self._source: Source | None = source
        self._loop = loop
        self._pieces: list[bytes] = []
        self._size = 0
        self._error: HttpClientError | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._unpacker: Unpacker | None = None

    @property
    def headers(self) -> dict[str, str]:
        """Those of the headers that are kept, by lower-case name."""
        return {
            name.decode("latin-1"): value.decode("latin-1")
            for name, value in self.raw_headers.items()
        }

    def header(self, name: bytes) -> str:
        """Return a kept header (lower-case name); empty when it was not sent."""
        return self.raw_headers.get(name, b"").decode("latin-1")

    @property
    def content_type(self) -> str:
        """The media type, without its parameters."""
        return self.header(CONTENT_TYPE).partition(";")[0].strip().lower()

    async def started(self) -> None:
        """Wait for status and headers.

        Raises:
            HttpClientError: When they do not come.
        """
        while not self.status:
            self._check()
            await self._wait()

    def take(self) -> bytes | None:
        """Return what has come of the body; None when nothing has, empty at the end.

        Of a packed body there is never anything at once: `read_any` unpacks it in turns.

        Raises:
            BrokenOffError: When all that came is taken, and the rest will not come.
        """
        return self._take() if self._unpacker is None else None

    async def read_any(self) -> bytes:
        """Wait for a piece of the body and return it; empty at the end.

        Raises:
            BrokenOffError: When the connection breaks before the end.
        """
        if self._unpacker is not None:
            return await self._read_unpacked(self._unpacker)
        while (data := self._take()) is None:
            await self._wait()
        return data

    async def read(self, limit: int) -> bytes:
        """Return the body up to a limit, or to where it breaks off."""
        pieces: list[bytes] = []
        size = 0
        with suppress(BrokenOffError):
            while size < limit and (data := await self.read_any()):
                pieces.append(data)
                size += len(data)
        return b"".join(pieces)[:limit]

    def close(self) -> None:
        """Give up an answer that was not read to its end."""
        source, self._source = self._source, None
        if source is not None and not self.is_over:
            self.is_over = True
            source.abort()

    # What the connection calls.

    @property
    def is_ahead(self) -> bool:
        """Whether so much waits for the reader that reading pauses."""
        return self._size > READ_AHEAD

    def start(self, status: int) -> None:
        """Take the status: the headers are complete.

        Raises:
            BrokenOffError: When the body is packed in a way that cannot be unpacked.
        """
        self._unpacker = Unpacker.for_encoding(self.raw_headers.get(CONTENT_ENCODING))
        self.status = status
        self._wake()

    def add(self, pieces: list[bytes]) -> None:
        """Take pieces of the body."""
        self._pieces += pieces
        self._size += sum(map(len, pieces))
        self._wake()

    def end(self, error: HttpClientError | None = None) -> None:
        """Take the end of the body, or the failure in its place; the first one holds."""
        if not self.is_over:
            self.is_over, self._error, self._source = True, error, None
            self._wake()

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    async def _wait(self) -> None:
        self._waiter = self._loop.create_future()
        await self._waiter

    def _take(self) -> bytes | None:
        pieces = self._pieces
        if not pieces:
            return self._end_of_body() if self.is_over else None
        data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        pieces.clear()
        self._size = 0
        if self._source is not None:
            self._source.resume()
        return data

    def _end_of_body(self) -> bytes:
        self._check()
        return b""

    def _check(self) -> None:
        """Raise the failure, as a new error: one that was raised holds on to who did it."""
        if self._error is not None:
            raise type(self._error)(*self._error.args)

    async def _read_unpacked(self, unpacker: Unpacker) -> bytes:
        await asyncio.sleep(0)  # a few bytes become so many that nobody else had a turn
        if data := unpacker.feed(b""):
            return data
        while (packed := self._take()) != b"":
            if packed is None:
                await self._wait()
            elif data := unpacker.feed(packed):
                return data
        if not unpacker.is_whole:
            raise BrokenOffError("the packed body ends too early")
        return b""
