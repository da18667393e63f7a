"""Bodies that are packed although nobody asked for it: all of it, in turns, and nothing behind."""

import asyncio
import gzip
import zlib

import pytest

from hcai_app.upstream.http_client.decoding import MAX_PIECE, Unpacker
from hcai_app.upstream.http_client.pool import ConnectionPool, Server
from tests.upstream.http_client.scripted_server import Say, answer, scripted_server

HEAD = b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
GZIP = b"Content-Encoding: gzip"
AT_MOST_S = 20


def unpacked(packed: bytes, size: int) -> tuple[bytes, bool]:
    """What an unpacker makes of pieces of this size, and whether it has come to an end."""
    unpacker, out = Unpacker(), b""
    for start in range(0, len(packed), size):
        piece = unpacker.feed(packed[start : start + size])
        while piece:
            out += piece
            piece = unpacker.feed(b"")
    return out, unpacker.is_whole


@pytest.mark.parametrize("size", [1, 2, 19, 20, 21, 1000])
@pytest.mark.parametrize("noise", [b"", b"\x1f", b"\0" * 30], ids=["end", "half-a-part", "zeros"])
def test_all_parts_of_a_packed_body_are_read_and_nothing_behind_them(
    size: int, noise: bytes
) -> None:
    parts = [b"one ", b"", b"two ", b"three" * 30_000]
    packed = b"".join(map(gzip.compress, parts)) + noise
    assert unpacked(packed, size) == (b"".join(parts), True)


def test_a_second_part_that_ends_too_early_is_not_whole() -> None:
    packed = gzip.compress(b"one ") + gzip.compress(b"two" * 1000)[:-9]
    assert not unpacked(packed, 100)[1]


def test_noise_behind_a_packed_body_costs_nothing(runner: asyncio.Runner) -> None:
    async def check() -> None:
        async with scripted_server() as server, asyncio.timeout(AT_MOST_S):
            server.script.append(Say([answer(gzip.compress(b"hi") + b"x" * 40_000_000, GZIP)]))
            pool = ConnectionPool(Server("127.0.0.1", server.port))
            response = await pool.send(HEAD, b"")
            assert [await response.read_any(), await response.read_any()] == [b"hi", b""]
            pool.close()

    runner.run(check())


def test_everybody_has_a_turn_while_a_few_bytes_become_many(runner: asyncio.Runner) -> None:
    packing = zlib.compressobj(wbits=31)
    packed = packing.compress(bytes(30_000_000)) + packing.flush()
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def check() -> None:
        async with scripted_server() as server, asyncio.timeout(AT_MOST_S):
            server.script.append(Say([answer(packed, GZIP)]))
            pool = ConnectionPool(Server("127.0.0.1", server.port))
            response = await pool.send(HEAD, b"")
            other, pieces = asyncio.create_task(turn()), 0
            while response.take() or await response.read_any():
                pieces += 1
            other.cancel()
            assert pieces >= 30_000_000 // MAX_PIECE
            assert turns >= pieces
            pool.close()

    runner.run(check())
