"""A streamed message: content blocks, then usage without a cost."""

from collections.abc import Iterable, Iterator
from typing import Any

from hcai_app.simulator import message_objects, streams, usages
from hcai_app.simulator.answers import SimulatedAnswer
from hcai_app.simulator.exchanges import SimulatedExchange
from hcai_app.simulator.streams import Payload, Piece

PING = {"type": "ping"}
STOP = {"type": "message_stop"}


class MessageStream:
    """The event sequence of a /messages stream."""

    end_mark = streams.event(STOP, "message_stop")

    def __init__(self, exchange: SimulatedExchange, answer: SimulatedAnswer) -> None:
        self.finish_reason = answer.finish_reason
        self._exchange = exchange
        self._answer = answer

    def opening(self) -> Iterator[Payload]:
        """Yield the message's start, with the prompt's token count."""
        message = message_objects.started(self._exchange)
        usage = usages.member(self._exchange, usages.streamed_messages)
        yield {"type": "message_start", "message": {**message, **usage}}
        yield PING

    def pieces(self) -> Iterator[Piece]:
        """Yield the events of every content block."""
        for index, block in enumerate(message_objects.blocks(self._answer)):
            opened = {"type": "content_block_start", "index": index, "content_block": _empty(block)}
            yield Piece(opened, is_frame=True)
            yield from self._block(block, index)
            yield Piece({"type": "content_block_stop", "index": index}, is_frame=True)

    def ending(self) -> Iterator[Payload]:
        """Yield the stop reason and the final token counts."""
        reason = message_objects.stop_reason(self.finish_reason)
        delta = {"stop_reason": reason, "stop_sequence": None}
        is_brief = self._exchange.scenario.usage_at == "start"
        shape = usages.ended_messages if is_brief else usages.streamed_messages
        yield {"type": "message_delta", "delta": delta, **usages.member(self._exchange, shape)}

    def failure(self, code: int, *, is_lone: bool) -> Payload:
        """Build an error event, alone or within a stream."""
        del is_lone
        return message_objects.failed(self._exchange, code)

    def encode(self, payload: Payload) -> bytes:
        """Encode a named event."""
        return streams.event(payload, payload["type"])

    def _block(self, block: dict[str, Any], index: int) -> Iterator[Piece]:
        match block["type"]:
            case "thinking":
                yield from _deltas(index, "thinking_delta", "thinking", self._answer.reasoning)
                signed = {"type": "signature_delta", "signature": block["signature"]}
                yield Piece(_delta(index, signed), is_frame=True)
            case "tool_use":
                parts = self._answer.argument_parts()
                yield from _deltas(index, "input_json_delta", "partial_json", parts)
            case _:
                yield from _deltas(index, "text_delta", "text", self._answer.pieces)


def _deltas(index: int, kind: str, member: str, texts: Iterable[str]) -> Iterator[Piece]:
    for text in texts:
        yield Piece(_delta(index, {"type": kind, member: text}), text)


def _delta(index: int, delta: dict[str, Any]) -> Payload:
    return {"type": "content_block_delta", "index": index, "delta": delta}


def _empty(block: dict[str, Any]) -> dict[str, Any]:
    """Return a block without content."""
    blank: dict[str, Any] = {"text": "", "thinking": "", "signature": "", "input": {}}
    return {**block, **{name: blank[name] for name in blank if name in block}}
