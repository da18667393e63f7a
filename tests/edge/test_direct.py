"""The short way of calls beside uvicorn's way: whatever comes, both write the same bytes."""

import asyncio
import gc
import itertools
import weakref
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from uvicorn.config import Config
from uvicorn.server import ServerState

from hcai_app.api import app, routes
from hcai_app.api.exchange import ClientGoneError, Exchange
from hcai_app.edge import direct
from hcai_app.edge.direct import DirectExchange, DirectProtocol
from hcai_app.edge.http_protocol import GuardedProtocol
from hcai_app.errors import InvalidRequest, TooSlow
from hcai_app.services import call
from tests.edge.one_connection import Wire, rest

pytestmark = pytest.mark.attack

PATHS = {
    name: f"/proxy/v1/test-{name}"
    for name in ("echo", "unread", "stream", "refusal", "slow", "crash", "cut", "leaving")
}
SETTINGS = SimpleNamespace(
    origin="https://ai.example", trusted_proxy_hops=0, is_production=True, cors_origins=["*"]
)
WORKER = SimpleNamespace(settings=SETTINGS, metrics=SimpleNamespace(count_refusal=lambda *_: None))


@dataclass
class Heard:
    """What handlers have heard."""

    said: list[Any] = field(default_factory=list[Any])

    async def body_of(self, exchange: Exchange) -> bytes:
        body, is_whole = b"", False
        try:
            while not is_whole:
                data, is_whole = await exchange.next_piece()
                body += data
        except ClientGoneError:
            self.said.append("gone")
            raise
        return body

    async def serve(self, _worker: Any, exchange: Exchange) -> None:
        """Do what the path says."""
        kind = exchange.path.rpartition("-")[2].rstrip("/")
        body = b"" if kind == "unread" else await self.body_of(exchange)
        self.said.append((kind, exchange.sent_headers, exchange.address, body))
        if kind in ("stream", "cut"):
            await exchange.start(200, (b"content-type", b"text/plain"))
            for piece in (b"one", body, b""):
                await exchange.write(piece)
        if kind == "stream":
            await exchange.write(b"last", more=False)
        elif kind in ("refusal", "cut"):
            raise InvalidRequest("not so")
        elif kind == "slow":
            raise TooSlow("the body came too slowly")
        elif kind == "crash":
            raise RuntimeError
        elif kind == "leaving":
            await exchange.start(200, (b"cache-control", b"private"))
            await exchange.until_left()
            self.said.append("left")
        else:
            await exchange.reply_json(200, {"body": body.decode("latin-1")}, (b"x-a", b"b"))


@pytest.fixture(scope="module", autouse=True)
def calls() -> Any:
    """Let the paths be calls of both ways, of a worker that does nothing else."""
    with pytest.MonkeyPatch.context() as patch:
        for path in PATHS.values():

            async def handler(worker: Any, exchange: Exchange) -> None:
                await handlers[0].serve(worker, exchange)

            patch.setitem(routes.ROUTES, path, {"POST": handler})
            patch.setitem(direct.CALLS, path.encode(), handler)
        patch.setattr(app.context, "opened", lambda: WORKER)
        patch.setattr(app.context, "current", lambda: WORKER)
        patch.setattr(call, "new_id", lambda _at: "id")
        yield


handlers = [Heard()]


class Event(NamedTuple):
    """Something that happens to a connection."""

    name: str
    data: bytes = b""


PAUSE, RESUME, STOP = Event("pause"), Event("resume"), Event("stop")


class Socket(Wire):
    """A connection that, like a real one, drops what is written behind its end."""

    def __init__(self) -> None:
        super().__init__()
        self.writes = 0

    def write(self, data: Any) -> None:
        if not self.is_closed:
            self.writes += 1
            super().write(data)


async def asgi(scope: Any, receive: Any, send: Any) -> None:
    await app.ApiApp()(scope, receive, send)


CONFIG = Config(asgi, ws="wsproto", lifespan="off", log_config=None, proxy_headers=False)


async def play(kind: type[GuardedProtocol], events: list[Event]) -> tuple[bytes, bool, list[Any]]:
    """Let it all happen; return what was sent, whether it was closed, what handlers heard."""
    heard = handlers[0] = Heard()
    wire, state = Socket(), ServerState()
    state.default_headers = [(b"date", b"today")]
    protocol = kind(CONFIG, state, {})
    protocol.connection_made(wire)
    wire.protocol = protocol
    for event in events:
        match event.name:
            case "data" if not wire.is_closed:
                wire.protocol.data_received(event.data)
            case "pause":
                protocol.pause_writing()
            case "resume":
                protocol.resume_writing()
            case "stop":
                protocol.shutdown()
            case _:
                pass
        await rest(wire)
    sent, is_closed = wire.sent, wire.is_closed
    protocol.connection_lost(None)
    await rest(wire)
    assert wire.sent == sent, "it writes to a client who is gone"
    # uvicorn tells a call that its client left only if no other request came behind it.
    for task in tuple(state.tasks):
        task.cancel()
    await rest(wire)
    return sent, is_closed, heard.said


async def assert_same(events: list[Event]) -> tuple[bytes, bool, list[Any]]:
    short = await play(DirectProtocol, events)
    assert short == await play(GuardedProtocol, events)
    return short


TARGETS = [*PATHS.values(), PATHS["echo"] + "?a=b", PATHS["echo"] + "/", "//proxy//v1/test-echo"]
TARGETS += ["/proxy/v1/test-%65cho", "/proxy/v1/nothing", "http://x" + PATHS["echo"], "*"]
HEADERS = [
    *("Host: x", "Origin: https://page.example", "Connection: close", "Connection: keep-alive"),
    *("Expect: 100-continue", "expect: 100-CONTINUE", "X-A: 1", "x-a: 2", "X-Forwarded-For: 9.9"),
    *("Upgrade: h2c", "Connection: Upgrade", "Upgrade: websocket", "X-Odd: \xe9\xff", "X-Empty:"),
    *("Content-Encoding: gzip", "Connection: keep-alive, close", "bad header: x"),
]


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    """Make a request, most often a call."""
    method = draw(st.sampled_from(["POST"] * 6 + ["GET", "HEAD", "OPTIONS", "PUT"]))
    version = draw(st.sampled_from(["1.1"] * 6 + ["1.0"]))
    target = draw(st.sampled_from(TARGETS))
    body = draw(st.binary(max_size=40))
    lines = draw(st.lists(st.sampled_from(HEADERS), max_size=4))
    framing = draw(st.sampled_from(["length"] * 5 + ["chunks", "short", "long", "none", "both"]))
    data = body
    if framing in ("chunks", "both"):
        lines.append("Transfer-Encoding: chunked")
        pieces = [body[:7], body[7:]]
        data = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces if piece)
        data += b"0\r\n" + draw(st.sampled_from([b"", b"Trailer: x\r\n"])) + b"\r\n"
    if framing in ("length", "short", "long", "both"):
        off = {"short": -1, "long": 3}.get(framing, 0)
        lines.append(f"Content-Length: {max(0, len(body) + off)}")
    head = "\r\n".join([f"{method} {target} HTTP/{version}", *lines, "", ""])
    return head.encode("latin-1") + (b"" if framing == "none" else data)


@st.composite
def connections(draw: st.DrawFn) -> list[Event]:
    """Cut requests anywhere, and let other things happen between the packets."""
    data = b"".join(draw(st.lists(requests(), min_size=1, max_size=3)))
    if draw(st.integers(0, 9)) == 0:
        data += draw(st.binary(max_size=20))
    end = draw(st.one_of(st.just(len(data)), st.integers(0, len(data))))
    cuts = sorted(draw(st.sets(st.integers(0, end), max_size=6)))
    packets = [data[one:other] for one, other in itertools.pairwise([0, *cuts, end])]
    events = [Event("data", packet) for packet in packets if packet]
    for other in draw(st.lists(st.sampled_from([PAUSE, RESUME, STOP]), max_size=3)):
        events.insert(draw(st.integers(0, len(events))), other)
    return [*events, RESUME]


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(connections())
def test_both_ways_write_the_same(events: list[Event]) -> None:
    asyncio.run(assert_same(events))


def post(name: str, *lines: bytes, body: bytes = b"abc") -> bytes:
    length = b"Content-Length: %d" % len(body)
    return b"\r\n".join([b"POST %b HTTP/1.1" % PATHS[name].encode(), length, *lines, b"", body])


@pytest.mark.parametrize("name", PATHS)
async def test_both_ways_write_the_same_wherever_a_call_is_cut(name: str) -> None:
    whole = post(name, b"Expect: 100-continue", b"Origin: https://a.example")
    for at in range(len(whole) + 1):
        await assert_same([Event("data", whole[:at]), Event("data", whole[at:])])


async def test_a_call_goes_the_short_way_and_no_other_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    served: list[str] = []

    async def serve(self: DirectExchange, _handler: Any) -> None:
        served.append(self.path)
        await self.reply(204, b"")
        self._protocol.tasks.clear()

    monkeypatch.setattr(DirectExchange, "serve", serve)
    odd = (b"Connection: Upgrade\r\nUpgrade: h2c", b"HTTP/1.0", b"GET")
    for name in odd:
        data = post("echo")
        data = data.replace(b"HTTP/1.1", name) if name == b"HTTP/1.0" else data
        data = data.replace(b"POST", name) if name == b"GET" else data
        data = post("echo", name) if b":" in name else data
        await play(DirectProtocol, [Event("data", data)])
        assert not served
    await play(DirectProtocol, [Event("data", post("echo"))])
    assert served == [PATHS["echo"]]


async def test_what_comes_behind_a_call_waits_for_its_answer() -> None:
    sent, is_closed, heard = await assert_same([Event("data", post("stream") + post("echo") * 2)])
    assert [one[0] for one in heard] == ["stream", "echo", "echo"]
    assert sent.index(b"last") < sent.index(b'{"body"')
    assert not is_closed


async def test_a_call_whose_client_leaves_hears_of_it() -> None:
    for data, news in ((post("echo")[:-1], "gone"), (post("leaving"), "left")):
        _sent, _closed, heard = await assert_same([Event("data", data)])
        assert heard[-1] == news


async def test_a_connection_that_has_ended_is_freed_without_the_garbage_collector() -> None:
    wire = Socket()
    protocol = DirectProtocol(CONFIG, ServerState(), {})
    freed = weakref.ref(protocol)
    protocol.connection_made(wire)
    protocol.data_received(post("echo"))
    await rest(wire)
    protocol.connection_lost(None)
    gc.disable()
    try:
        del protocol
        await rest(wire)
        assert wire.sent.startswith(b"HTTP/1.1 200")
        assert freed() is None
    finally:
        gc.enable()


@pytest.mark.parametrize(("name", "writes"), [("echo", 1), ("refusal", 1), ("stream", 4)])
async def test_the_head_leaves_with_what_follows_it(name: str, writes: int) -> None:
    wire = Socket()
    protocol = DirectProtocol(CONFIG, ServerState(), {})
    protocol.connection_made(wire)
    protocol.data_received(post(name))
    await rest(wire)
    assert wire.writes == writes
    protocol.connection_lost(None)


async def test_a_stop_ends_the_connection_with_the_answer() -> None:
    whole = post("echo")
    sent, is_closed, _ = await assert_same([Event("data", whole[:-1]), STOP, Event("data", b"c")])
    assert b"connection: close" in sent
    assert is_closed


async def test_an_answer_that_ends_its_connection_does() -> None:
    sent, is_closed, _ = await assert_same([Event("data", post("slow") + post("echo"))])
    assert sent.count(b"connection: close") == 1
    assert b'{"body"' not in sent
    assert is_closed


async def test_a_slow_reader_holds_the_writer() -> None:
    sent, _closed, _ = await assert_same([PAUSE, Event("data", post("stream"))])
    assert b"last" not in sent
    sent, _closed, _ = await assert_same([PAUSE, Event("data", post("stream")), RESUME])
    assert b"last" in sent
