"""Generates real PNG files with zlib alone."""

import base64
import struct
import zlib
from functools import lru_cache

SIDE = 64
SIGNATURE = b"\x89PNG\r\n\x1a\n"


@lru_cache(maxsize=8)
def png_base64(size: int = 0) -> str:
    """Return a PNG in base64, padded to at least `size` bytes."""
    return base64.b64encode(png(size)).decode()


@lru_cache(maxsize=8)
def png_data_url(size: int = 0) -> str:
    """Return a PNG as a data URL, padded to at least `size` bytes."""
    return "data:image/png;base64," + png_base64(size)


def png(size: int = 0) -> bytes:
    """Return a color gradient; the padding is a private chunk that viewers skip."""
    rows = b"".join(b"\x00" + _row(y) for y in range(SIDE))
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0))
    label = _chunk(b"tEXt", b"Comment\x00Simulated image")
    drawing = _chunk(b"IDAT", zlib.compress(rows))
    end = _chunk(b"IEND", b"")
    plain = SIGNATURE + header + label + drawing + end
    # A chunk itself takes twelve bytes.
    missing = size - len(plain) - 12
    if missing < 0:
        return plain
    return SIGNATURE + header + label + _chunk(b"siMu", bytes(missing)) + drawing + end


def _row(y: int) -> bytes:
    return b"".join(bytes((236, 4 * x, 4 * y)) for x in range(SIDE))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
