"""Whatever a server sends, in whatever pieces: its answer or an error, and never another's."""

import asyncio
import gzip
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hcai_app.upstream.http_client.decoding import MAX_PIECE
from hcai_app.upstream.http_client.errors import BrokenOffError, HttpClientError
from hcai_app.upstream.http_client.pool import ConnectionPool, Server
from tests.upstream.http_client.answers import Told, broken, good, pieces_of
from tests.upstream.http_client.scripted_server import Say, ScriptedServer, answer, scripted_server

HEAD = b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
FUZZ = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
# Nothing here may wait for anything.
AT_MOST_S = 20


async def ask(pool: ConnectionPool, body: bytes = b"{}") -> tuple[int, bytes, Exception | None]:
    """Status, body as far as it came, and why no more came."""
    status, pieces = 0, []
    try:
        response = await pool.send(HEAD % len(body), body)
        status = response.status
        while data := await response.read_any():
            pieces.append(data)
    except HttpClientError as error:
        return status, b"".join(pieces), error
    return status, b"".join(pieces), None


async def closed(pool: ConnectionPool) -> None:
    """What is sent to a server that closes in that moment is lost: it may have seen it."""
    while pool._open:  # noqa: ASYNC110 - tests alone wait for it
        await asyncio.sleep(0)


async def converse(told: Told, pieces: list[bytes]) -> None:
    async with scripted_server() as server, asyncio.timeout(AT_MOST_S):
        server.script.append(Say(pieces, told.ending))
        pool = ConnectionPool(Server("127.0.0.1", server.port))
        status, body, error = await ask(pool)
        assert status == told.status
        assert (error is None) == told.is_whole, error
        if told.is_whole:
            assert body == told.body
        else:
            assert isinstance(error, BrokenOffError)
            assert told.body.startswith(body)
        if not told.is_kept:
            await closed(pool)
        await check_next(server, pool)
        assert server.connections == (1 if told.is_kept else 2)
        pool.close()


async def check_next(server: ScriptedServer, pool: ConnectionPool) -> None:
    """The next call has an answer of its own, and nobody was asked twice."""
    assert await ask(pool, b"next") == (200, b"fine", None)
    assert server.bodies == [b"{}", b"next"]


@FUZZ
@given(st.data())
def test_a_good_answer_arrives_whole_however_it_is_cut(
    runner: asyncio.Runner, data: st.DataObject
) -> None:
    told = data.draw(good())
    runner.run(converse(told, data.draw(pieces_of(told.data))))


@FUZZ
@given(st.data())
def test_a_broken_answer_is_an_error_and_harms_no_other(
    runner: asyncio.Runner, data: st.DataObject
) -> None:
    told = data.draw(broken())
    runner.run(converse(told, data.draw(pieces_of(told.data))))


async def survive(data: bytes) -> None:
    async with scripted_server() as server, asyncio.timeout(AT_MOST_S):
        server.script.append(Say([data], "close"))
        pool = ConnectionPool(Server("127.0.0.1", server.port))
        await ask(pool)
        await closed(pool)
        await check_next(server, pool)
        pool.close()


@FUZZ
@given(st.data())
def test_any_changed_bytes_end_in_an_answer_or_an_error(
    runner: asyncio.Runner, data: st.DataObject
) -> None:
    sent = bytearray(data.draw(good()).data[:2000])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(sent)))
        sent[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    runner.run(survive(bytes(sent)))


def cut_up(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@pytest.mark.parametrize(
    "endless",
    [
        b"HTTP/1.1 200 OK\r\nA: " + b"b" * 400_000,
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 90_000,
        b"HTTP/1.1 100 Continue\r\n\r\n" * 20_000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + b"A: b\r\n" * 90_000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;" + b"a" * 400_000,
    ],
    ids=["header", "headers", "provisional", "trailers", "extension"],
)
def test_what_has_no_end_and_is_no_body_is_given_up(runner: asyncio.Runner, endless: bytes) -> None:
    async def check() -> None:
        async with scripted_server() as server, asyncio.timeout(AT_MOST_S):
            server.script.append(Say(cut_up(endless, 5000)))
            pool = ConnectionPool(Server("127.0.0.1", server.port))
            _status, body, error = await ask(pool)
            assert isinstance(error, BrokenOffError)
            assert body == b""
            pool.close()

    runner.run(check())


def test_headers_are_found_whatever_their_case_and_trailers_are_none(
    runner: asyncio.Runner,
) -> None:
    async def check() -> None:
        async with scripted_server() as server:
            top = b"HTTP/1.1 200 OK\r\nTRANSFER-encoding: chunked\r\ncontent-TYPE: Text/X; a=b\r\n"
            server.script.append(
                Say([top + b"X-Generation-ID:  gen-1 \r\n\r\n0\r\nRetry-After: 1\r\n\r\n"])
            )
            pool = ConnectionPool(Server("127.0.0.1", server.port))
            response = await pool.send(HEAD % 0, b"")
            assert await response.read(10) == b""
            assert response.content_type == "text/x"
            assert response.header(b"x-generation-id") == "gen-1"
            assert "retry-after" not in response.headers
            pool.close()

    runner.run(check())


@pytest.mark.parametrize("wbits", [31, 15], ids=["gzip", "zlib"])
@pytest.mark.parametrize("size", [7, 100_000])
def test_what_is_packed_is_unpacked_a_bounded_piece_at_a_time(
    runner: asyncio.Runner, wbits: int, size: int
) -> None:
    body = bytes(50_000_000) + b"end"
    packing = zlib.compressobj(wbits=wbits)
    packed = packing.compress(body) + packing.flush()
    coding = b"Content-Encoding: %b" % (b"gzip" if wbits == 31 else b"deflate")

    async def check() -> None:
        async with scripted_server() as server, asyncio.timeout(AT_MOST_S):
            data = answer(packed, coding)
            server.script.append(Say([data[:300], *cut_up(data[300:2000], size), data[2000:]]))
            pool = ConnectionPool(Server("127.0.0.1", server.port))
            response = await pool.send(HEAD % 0, b"")
            got, last = 0, b""
            while piece := await response.read_any():
                assert len(piece) <= MAX_PIECE
                got, last = got + len(piece), piece
            assert (got, last[-3:]) == (len(body), b"end")
            pool.close()

    runner.run(check())


@pytest.mark.parametrize("coding", [b"gzip", b"br", b"zstd", b"deflate"])
@pytest.mark.parametrize(
    "body", [b"plain", gzip.compress(b"x" * 1000)[:15], b""], ids=["plain", "cut", "empty"]
)
def test_what_is_not_packed_as_it_says_is_an_error(
    runner: asyncio.Runner, coding: bytes, body: bytes
) -> None:
    async def check() -> None:
        async with scripted_server() as server:
            server.script.append(Say([answer(body, b"Content-Encoding: " + coding)]))
            pool = ConnectionPool(Server("127.0.0.1", server.port))
            _status, _body, error = await ask(pool)
            assert isinstance(error, BrokenOffError)
            pool.close()

    runner.run(check())
