"""Server-sent events, with the faults of a scenario.

Every endpoint has a `StreamProgram` that builds the events; this module times and sends them.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from aiohttp import web

from hcai_app.simulator import billing, replies
from hcai_app.simulator.calls import Call
from hcai_app.simulator.exchanges import SimulatedExchange
from hcai_app.simulator.wire import COMMENT, SSE

DONE = b"data: [DONE]\n\n"
Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Piece:
    """One event, and its share of the answer's text."""

    payload: Payload
    text: str = ""
    images: int = 0
    is_frame: bool = False
    """It only opens or closes something, so it neither counts as a chunk nor takes time."""


class StreamProgram(Protocol):
    """The event sequence of one kind of stream."""

    finish_reason: str
    end_mark: bytes
    """The mark by which a client knows that the stream is complete."""

    def opening(self) -> Iterable[Payload]:
        """Yield the events before any text."""
        ...

    def pieces(self) -> Iterable[Piece]:
        """Yield the content, event by event."""
        ...

    def ending(self) -> Iterable[Payload]:
        """Yield the finish reason and the usage, once the call has its final counts."""
        ...

    def failure(self, code: int, *, is_lone: bool) -> Payload:
        """Build an error event; a lone one is its stream's only event."""
        ...

    def encode(self, payload: Payload) -> bytes:
        """Encode a payload as an event."""
        ...


def event(payload: Payload, name: str = "") -> bytes:
    """Encode one server-sent event."""
    head = f"event: {name}\n".encode() if name else b""
    return head + b"data: " + replies.encode(payload) + b"\n\n"


async def send(exchange: SimulatedExchange, program: StreamProgram) -> web.StreamResponse:
    """Stream an answer, with the scenario's faults."""
    scenario, wire = exchange.scenario, exchange.wire
    await wire.open(200, SSE, exchange.headers())
    await wire.pause(scenario.first)
    if not scenario.no_comment:
        await wire.send(COMMENT)
    match scenario:
        case _ if scenario.only_error:
            await _fail(exchange, program, scenario.only_error, is_lone=True)
        case _ if scenario.body == "empty":
            pass
        case _ if scenario.body == "invalid":
            await wire.send(b"data: {not json\n\n")
        case _:
            await _speak(exchange, program)
    return await wire.close()


async def _speak(exchange: SimulatedExchange, program: StreamProgram) -> None:
    """Send the events one by one and count the bytes of text."""
    scenario, wire = exchange.scenario, exchange.wire
    for payload in program.opening():
        await wire.send(program.encode(payload))
    pieces = list(program.pieces())
    half = sum(not piece.is_frame for piece in pieces) // 2
    sent = size = 0
    for piece in pieces:
        if not piece.is_frame and sent == scenario.after:
            await _disturb(exchange, program, piece.payload)
            if scenario.error:
                return
        data = program.encode(piece.payload)
        if not piece.is_frame and sent == half and scenario.body == "half":
            await wire.send(data[: len(data) // 2])
            return
        await wire.send(data)
        if not piece.is_frame:
            size = _count(exchange.call, piece, size)
            sent += 1
            await wire.pause(scenario.delay)
    if sent <= scenario.after:
        await _disturb(exchange, program, None)
    if not (scenario.error and sent <= scenario.after):
        await _end(exchange, program)


async def _disturb(
    exchange: SimulatedExchange, program: StreamProgram, upcoming: Payload | None
) -> None:
    """Inject the scenario's fault after its number of chunks."""
    scenario, wire = exchange.scenario, exchange.wire
    await wire.pause(scenario.between)
    await wire.meet("chunks")
    if "line" in (scenario.cut, scenario.hang) or "body" in (scenario.cut, scenario.hang):
        data = program.encode(upcoming) if upcoming else b"data: {}"
        await wire.send(data[: len(data) // 2])
        await wire.meet("line")
        await wire.meet("body")
    if scenario.error:
        await _fail(exchange, program, scenario.error, is_lone=False)


async def _fail(
    exchange: SimulatedExchange, program: StreamProgram, code: int, *, is_lone: bool
) -> None:
    exchange.call.finish_reason = "error"
    await exchange.wire.send(program.encode(program.failure(code, is_lone=is_lone)))


async def _end(exchange: SimulatedExchange, program: StreamProgram) -> None:
    """Send the finish reason, the usage and the end mark."""
    call, wire = exchange.call, exchange.wire
    if exchange.whole:
        call.completion_tokens, call.reasoning_tokens, call.image_tokens = exchange.whole
    for payload in program.ending():
        await wire.send(program.encode(payload))
    call.finish_reason = program.finish_reason
    if not exchange.scenario.no_done:
        await wire.send(program.end_mark)


def _count(call: Call, piece: Piece, size: int) -> int:
    """Add a sent piece to the call's tokens; return the bytes of text so far."""
    if call.first_token_at is None:
        call.first_token_at = time.time()
    size += len(piece.text.encode("utf-8", "surrogatepass"))
    call.image_tokens += billing.TOKENS_PER_IMAGE * piece.images
    call.completion_tokens = call.image_tokens + billing.tokens_of_bytes(size)
    return size
