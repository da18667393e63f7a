"""A streamed chat completion: deltas, finish reason, usage."""

from collections.abc import Iterator
from typing import Any

from hcai_app.simulator import replies, streams, usages
from hcai_app.simulator.answers import SimulatedAnswer
from hcai_app.simulator.calls import Call
from hcai_app.simulator.exchanges import SimulatedExchange
from hcai_app.simulator.streams import Payload, Piece


class ChatStream:
    """The event sequence of a /chat/completions stream."""

    end_mark = streams.DONE

    def __init__(self, exchange: SimulatedExchange, answer: SimulatedAnswer) -> None:
        self.finish_reason = answer.finish_reason
        self._exchange = exchange
        self._answer = answer
        self._frame = frame(exchange.call, "chat.completion.chunk")

    def opening(self) -> Iterator[Payload]:
        """Yield nothing: the first chunk already has text."""
        yield from ()

    def pieces(self) -> Iterator[Piece]:
        """Yield a chunk for each delta."""
        for delta in _deltas(self._answer):
            images = len(delta.get("images", ()))
            yield Piece({"choices": [_choice(delta)]}, _text_of(delta), images)

    def ending(self) -> Iterator[Payload]:
        """Yield the finish reason and then the usage, or both in one chunk."""
        last = _choice({"role": "assistant", "content": ""}, self.finish_reason)
        usage = usages.member(self._exchange, usages.chat)
        is_apart = self._exchange.scenario.usage_at != "choice"
        yield {"choices": [last], **({} if is_apart else usage)}
        if usage and is_apart:
            yield {"choices": [], **usage}

    def failure(self, code: int, *, is_lone: bool) -> Payload:
        """Build an error chunk, or a bare error."""
        error = replies.error_from(self._exchange.scenario, code)
        if is_lone:
            return {"error": error}
        return {"error": error, "choices": [_choice({"content": ""}, "error")]}

    def encode(self, payload: Payload) -> bytes:
        """Encode a chunk with its common members."""
        return streams.event({**self._frame, **payload} if "choices" in payload else payload)


def frame(call: Call, kind: str) -> dict[str, Any]:
    """Return the members common to chunks and completions."""
    return {
        "id": call.id,
        "object": kind,
        "created": int(call.started_at),
        "model": call.model,
        "provider": "Simulated",
        # Without text, only whole answers have the key.
        **({} if kind.endswith("chunk") else {"system_fingerprint": None}),
    }


def reasoning_detail(text: str) -> dict[str, Any]:
    """Build one entry of `reasoning_details`."""
    return {"type": "reasoning.text", "text": text, "index": 0, "format": "unknown"}


def _choice(delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
    return {
        "index": 0,
        "delta": delta,
        "finish_reason": finish_reason,
        "native_finish_reason": finish_reason,
        "logprobs": None,
    }


def _deltas(answer: SimulatedAnswer) -> Iterator[dict[str, Any]]:
    base = {"role": "assistant", "content": ""}
    for thought in answer.reasoning:
        yield {**base, "reasoning": thought, "reasoning_details": [reasoning_detail(thought)]}
    for piece in answer.pieces:
        yield {"role": "assistant", "content": piece}
    if answer.tool_call:
        yield from _tool_deltas(answer)
    if answer.images:
        yield {**base, "images": answer.images}
    if answer.annotations:
        yield {**base, "annotations": answer.annotations}


def _tool_deltas(answer: SimulatedAnswer) -> Iterator[dict[str, Any]]:
    """Yield the name first and the arguments in two parts, as models do."""
    tool_call = answer.tool_call or {}
    name = tool_call["function"]["name"]
    first = {**tool_call, "index": 0, "function": {"name": name, "arguments": ""}}
    yield {"role": "assistant", "content": None, "tool_calls": [first]}
    for part in answer.argument_parts():
        yield {"tool_calls": [{"index": 0, "type": "function", "function": {"arguments": part}}]}


def _text_of(delta: dict[str, Any]) -> str:
    text = (delta.get("content") or "") + (delta.get("reasoning") or "")
    return text + "".join(call["function"]["arguments"] for call in delta.get("tool_calls", ()))
