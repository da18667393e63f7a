"""Whatever a request's bytes are, they are one request: no other, and no header, hides in it."""

from collections.abc import Iterator

import pytest

from tests.edge.one_connection import Outcome, talk

pytestmark = pytest.mark.attack

SECOND = b"GET /second HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNKS = b"%x\r\n%b\r\n0\r\n\r\n" % (len(SECOND), SECOND)
OTHER_PROTOCOLS = {
    "unknown": [b"Upgrade: foo"],
    "tls": [b"Upgrade: TLS/1.0"],
    "h2": [b"Upgrade: h2"],
    "h2c": [b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABk"],
    "h2c-in-capitals": [b"UPGRADE: H2C"],
    "h2c-with-spaces": [b"Upgrade: \t h2c \t"],
    "h2c-and-another": [b"Upgrade: h2c, foo"],
    "h2c-twice": [b"Upgrade: h2c", b"Upgrade: h2c"],
    "another-websocket": [b"Upgrade: websocket2"],
    "websocket-and-another": [b"Upgrade: websocket, foo"],
    "another-then-websocket": [b"Upgrade: foo", b"Upgrade: websocket"],
    "websocket-then-another": [b"Upgrade: websocket", b"Upgrade: foo"],
    "nothing": [b"Upgrade:"],
}
STAYING = ("h2c", "h2c-in-capitals", "h2c-with-spaces", "nothing")  # with their connection
WEBSOCKET = [b"Upgrade: websocket", b"Sec-WebSocket-Version: 13"]
WEBSOCKET += [b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
# What says how long the body is, and the body.
BODIES = {
    "none": ([], b""),
    "length-0": ([b"Content-Length: 0"], b""),
    "length": ([b"Content-Length: %d" % len(SECOND)], SECOND),
    "chunks": ([b"Transfer-Encoding: chunked"], CHUNKS),
}
CONNECTIONS = (b"Connection: Upgrade", b"Connection: keep-alive, upgrade", b"connection: UPGRADE")


def request(*lines: bytes, method: bytes = b"POST", version: bytes = b"HTTP/1.1") -> bytes:
    return b"\r\n".join([method + b" /first " + version, b"Host: x", *lines, b"", b""])


def cuts(data: bytes) -> Iterator[tuple[bytes, ...]]:
    """Every way to send data in two packets, the one in one, and byte by byte."""
    yield (data,)
    yield from ((data[:at], data[at:]) for at in range(1, len(data)))
    yield tuple(data[at : at + 1] for at in range(len(data)))


def assert_one(outcome: Outcome, body: bytes) -> None:
    """It is one answer, to the first request, with its whole body."""
    assert [answer.status for answer in outcome.answers] == [200]
    seen = outcome.answers[0].seen
    assert (seen["path"], seen["body"].encode()) == ("/first", body)


@pytest.mark.parametrize("method", [b"GET", b"POST"])
@pytest.mark.parametrize(("framing", "data"), BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("name", OTHER_PROTOCOLS)
async def test_an_upgrade_to_another_protocol_is_ignored_wherever_packets_are_cut(
    name: str, framing: list[bytes], data: bytes, method: bytes
) -> None:
    whole = request(CONNECTIONS[0], *OTHER_PROTOCOLS[name], *framing, method=method) + data
    for packets in cuts(whole):
        outcome = await talk(*packets)
        assert_one(outcome, SECOND if data else b"")
        assert outcome.is_closed == (name not in STAYING)
        assert outcome.answers[0].headers.get("connection") == (
            "close" if outcome.is_closed else None
        )


@pytest.mark.parametrize("connection", CONNECTIONS)
@pytest.mark.parametrize(("framing", "data"), BODIES.values(), ids=BODIES)
async def test_what_follows_an_upgrade_on_its_connection_is_not_read(
    framing: list[bytes], data: bytes, connection: bytes
) -> None:
    whole = request(connection, b"Upgrade: foo", *framing) + data
    for packets in ((whole + SECOND,), (whole, SECOND), (whole[:-1], whole[-1:] + SECOND)):
        outcome = await talk(*packets)
        assert_one(outcome, SECOND if data else b"")
        assert outcome.is_closed


async def test_clients_that_ask_for_http_2_first_keep_their_connection() -> None:
    # So does Java's client on every request.
    framing, data = BODIES["length"]
    asks = request(b"Connection: Upgrade, HTTP2-Settings", *OTHER_PROTOCOLS["h2c"], *framing) + data
    many = asks * 50
    for packets in ((many,), (many[:-7], many[-7:]), (asks[:90], asks[90:] + asks * 49)):
        outcome = await talk(*packets)
        assert [answer.seen["path"] for answer in outcome.answers] == ["/first"] * 50
        assert not outcome.is_closed


@pytest.mark.parametrize("method", [b"POST", b"PUT", b"DELETE", b"OPTIONS"])
async def test_only_a_get_begins_a_websocket(method: bytes) -> None:
    ask = request(CONNECTIONS[0], *WEBSOCKET, method=method)
    outcome = await talk(ask, SECOND)
    assert [answer.status for answer in outcome.answers] == [200]
    assert outcome.is_closed
    control = await talk(request(CONNECTIONS[0], *WEBSOCKET, method=b"GET"))
    assert [answer.status for answer in control.answers] == [403]  # the app closes it


@pytest.mark.parametrize("body", ["length", "chunks"])
async def test_a_websocket_cannot_have_a_body(body: str) -> None:
    framing, data = BODIES[body]
    whole = request(CONNECTIONS[0], *WEBSOCKET, *framing, method=b"GET") + data
    for packets in cuts(whole):
        outcome = await talk(*packets)
        assert_one(outcome, SECOND)
        assert outcome.is_closed


async def test_a_websocket_cannot_begin_amid_another_answer() -> None:
    socket = request(CONNECTIONS[0], *WEBSOCKET, method=b"GET")
    outcome = await talk(SECOND + socket)
    assert [answer.seen["path"] for answer in outcome.answers] == ["/second", "/first"]
    assert outcome.is_closed


TRAILERS = b"Authorization: Bearer x\r\nX-Forwarded-For: 9.9.9.9\r\nCookie: a=b\r\n"


async def test_trailers_are_no_headers() -> None:
    whole = request(b"Transfer-Encoding: chunked") + b"3\r\nabc\r\n0\r\n" + TRAILERS + b"\r\n"
    for packets in cuts(whole):
        outcome = await talk(*packets)
        assert_one(outcome, b"abc")
        assert outcome.answers[0].seen["names"] == ["host", "transfer-encoding"]
        assert not outcome.is_closed


LINE = b"X: " + b"a" * 95 + b"\r\n"
ENDLESS = {
    "trailers": b"0\r\n" + LINE * 4_000,
    "one-trailer": b"0\r\nX: " + b"a" * 400_000,
    "one-name": b"0\r\n" + b"a" * 400_000,
    "extension": b"3;a=" + b"b" * 400_000,
    "last-extension": b"0;a=" + b"b" * 400_000,
    "trailers-behind-a-body": b"3\r\nabc\r\n0\r\n" + LINE * 4_000,
    "zeros": b"0" * 400_000,
}


@pytest.mark.parametrize("data", ENDLESS.values(), ids=ENDLESS)
async def test_trailers_and_extensions_end_at_8_kb(data: bytes) -> None:
    pieces = [data[at : at + 1024] for at in range(0, len(data), 1024)]
    outcome = await talk(request(b"Transfer-Encoding: chunked"), *pieces[:12])
    assert [answer.status for answer in outcome.answers] == [400]
    assert outcome.is_closed


@pytest.mark.parametrize(("lines", "status"), [(70, 200), (90, 400)])
async def test_trailers_that_come_at_once_end_at_8_kb_too(lines: int, status: int) -> None:
    head = request(b"Transfer-Encoding: chunked")
    outcome = await talk(head + b"3\r\nabc\r\n0\r\n" + LINE * lines + b"\r\n" + SECOND)
    statuses = [answer.status for answer in outcome.answers]
    assert statuses == ([200, 200] if status == 200 else [400])
    assert outcome.is_closed == (status == 400)


async def test_a_body_of_small_chunks_is_no_trailer() -> None:
    pieces = [b"1;a=b\r\nx\r\n"] * 4_000
    outcome = await talk(request(b"Transfer-Encoding: chunked"), *pieces, b"0\r\n\r\n")
    assert_one(outcome, b"x" * 4_000)


HEADS = {
    "one-header": (b"X: " + b"a" * 66_000, 400),
    "9000-headers": (b"\r\n".join([b"X-a: a"] * 9_000), 400),
    "3000-headers": (b"\r\n".join([b"X-a: a"] * 3_000), 200),
    "60-kb": (b"X: " + b"a" * 60_000, 200),
}


@pytest.mark.parametrize(("lines", "status"), HEADS.values(), ids=HEADS)
async def test_headers_end_at_64_kb_however_they_come(lines: bytes, status: int) -> None:
    whole = request(lines, b"Content-Length: 70000") + b"b" * 70_000
    for packets in ((whole,), (whole[:50], whole[50:]), (SECOND + whole,)):
        outcome = await talk(*packets, *([SECOND] if status == 400 else []))
        assert outcome.answers[-1].status == status
        assert outcome.is_closed == (status == 400)


@pytest.mark.parametrize("path", [b"/first", b"/stream"])
@pytest.mark.parametrize("lines", [(), (b"Connection: keep-alive",), (b"Expect: 100-continue",)])
async def test_http_1_0_gets_no_chunks_and_the_end_of_the_connection(
    path: bytes, lines: tuple[bytes, ...]
) -> None:
    sent = request(*lines, b"Content-Length: 3", version=b"HTTP/1.0") + b"abc"
    outcome = await talk(sent.replace(b"/first", path) + SECOND)
    assert [answer.seen["body"] for answer in outcome.answers] == ["abc"]
    headers = outcome.answers[0].headers
    assert headers["connection"] == "close"
    assert "transfer-encoding" not in headers
    assert outcome.is_closed
    newer = await talk(sent.replace(b"/first", path).replace(b"HTTP/1.0", b"HTTP/1.1"))
    assert ("transfer-encoding" in newer.answers[0].headers) == (path == b"/stream")
    assert not newer.is_closed


async def test_bad_requests_leave_no_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    for data in (b"\xff\xfe\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: +5\r\n\r\n"):
        outcome = await talk(data)
        assert [answer.status for answer in outcome.answers] == [400]
    await talk(request(CONNECTIONS[0], b"Upgrade: foo"))
    assert not caplog.records
