"""A look into the pictures that come back."""

import zlib


def assert_is_png(data: bytes) -> None:
    """Check the signature, every checksum and the chunks that a PNG must have."""
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    position, kinds = 8, []
    while position < len(data):
        length = int.from_bytes(data[position : position + 4])
        body = data[position + 4 : position + 8 + length]
        assert zlib.crc32(body) == int.from_bytes(
            data[position + 8 + length : position + 12 + length]
        )
        kinds.append(body[:4])
        position += 12 + length
    assert (kinds[0], kinds[-1]) == (b"IHDR", b"IEND")
    assert b"IDAT" in kinds
