"""Unpacks bodies that are compressed although `Accept-Encoding` allows it to nobody."""

import zlib
from typing import Self

from hcai_app.upstream.http_client.errors import BrokenOffError

PACKED = frozenset((b"gzip", b"x-gzip", b"deflate"))
# What nothing here can unpack. Of any other word nobody knows a meaning, and the body may be plain.
UNREADABLE = frozenset((b"br", b"zstd", b"compress", b"x-compress"))
# What a part of a packed body begins with, also the second one.
GZIP = b"\x1f\x8b"
# zlib finds out by itself whether it is gzip's form or its own.
ANY_FORM = zlib.MAX_WBITS | 32
# A few bytes may become a thousand times as many: they are unpacked as they are read.
MAX_PIECE = 64 * 1024


class Unpacker:
    """Unpacks one body, a bounded piece at a time."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(wbits=ANY_FORM)
        self._rest = b""  # came, and is not unpacked yet

    @classmethod
    def for_encoding(cls, encoding: bytes | None) -> Self | None:
        """Return what unpacks a `Content-Encoding`; None for none, and for unknown ones.

        Raises:
            BrokenOffError: When it is known, and cannot be unpacked here.
        """
        if encoding is None:
            return None
        if encoding.lower() in UNREADABLE:
            raise BrokenOffError("the body is packed in a way that nobody asked for")
        return cls() if encoding.lower() in PACKED else None

    @property
    def is_whole(self) -> bool:
        """Whether the end of the packed body has come."""
        return self._zlib.eof

    def feed(self, data: bytes) -> bytes:
        """Unpack the next piece, of what is left and of more data; empty when it takes more.

        Raises:
            BrokenOffError: When it is not what its header says.
        """
        self._rest += data
        while self._rest and self._goes_on():
            if piece := self._unpack():
                return piece
        return b""

    def _unpack(self) -> bytes:
        try:
            piece = self._zlib.decompress(self._rest, MAX_PIECE)
        except zlib.error as error:
            raise BrokenOffError("the body cannot be unpacked") from error
        self._rest = self._zlib.unused_data or self._zlib.unconsumed_tail
        return piece

    def _goes_on(self) -> bool:
        """Return whether what came belongs to the body, which may have several parts.

        What is behind its end is dropped: zlib would keep all of it, and copy it at each feed.
        """
        if not self._zlib.eof:
            return True
        if self._rest.startswith(GZIP):
            self._zlib = zlib.decompressobj(wbits=ANY_FORM)
            return True
        if self._rest != GZIP[:1]:  # else the second byte tells
            self._rest = b""
        return False
