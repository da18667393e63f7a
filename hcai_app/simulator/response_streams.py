"""A streamed response: items that open, grow and close; usage in the final event."""

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

from hcai_app.simulator import replies, response_objects, streams
from hcai_app.simulator.answers import SimulatedAnswer
from hcai_app.simulator.exchanges import SimulatedExchange
from hcai_app.simulator.streams import Payload, Piece

Item = dict[str, Any]
# Kind of content part -> the events of its text.
EVENTS = {"output_text": "response.output_text", "reasoning_text": "response.reasoning_text"}


class ResponseStream:
    """The event sequence of a /responses stream."""

    end_mark = streams.DONE

    def __init__(self, exchange: SimulatedExchange, answer: SimulatedAnswer) -> None:
        self.finish_reason = answer.finish_reason
        self._exchange = exchange
        self._answer = answer
        self._numbers = itertools.count()

    def opening(self) -> Iterator[Payload]:
        """Yield the response's start."""
        response = {**response_objects.started(self._exchange), "usage": None}
        yield {"type": "response.created", "response": response}
        yield {"type": "response.in_progress", "response": response}

    def pieces(self) -> Iterator[Piece]:
        """Yield the events of every output item."""
        for index, item in enumerate(response_objects.items(self._exchange, self._answer)):
            place = {"output_index": index}
            yield _frame("response.output_item.added", item=_empty(item), **place)
            yield from self._item(item, {**place, "item_id": item["id"]})
            yield _frame("response.output_item.done", item=item, **place)

    def ending(self) -> Iterator[Payload]:
        """Yield the whole response, with its usage."""
        response = response_objects.whole(self._exchange, self._answer)
        yield {"type": f"response.{response['status']}", "response": response}

    def failure(self, code: int, *, is_lone: bool) -> Payload:
        """Build one of the three failure events."""
        exchange = self._exchange
        message = replies.error_from(exchange.scenario, code)["message"]
        error = {"code": response_objects.error_code(exchange, code), "message": message}
        kind = "error" if is_lone else exchange.scenario.error_event
        match kind:
            case "error":
                return {"type": "error", **error, "param": None}
            case "response.error":
                return {"type": "response.error", "error": error}
        return {"type": "response.failed", "response": response_objects.failed(exchange, code)}

    def encode(self, payload: Payload) -> bytes:
        """Encode a named event with a sequence number."""
        numbered = {**payload, "sequence_number": next(self._numbers)}
        return streams.event(numbered, payload["type"])

    def _item(self, item: Item, place: dict[str, Any]) -> Iterator[Piece]:
        match item["type"]:
            case "reasoning":
                yield from _spoken(item["content"][0], self._answer.reasoning, place)
            case "message":
                yield from _spoken(item["content"][0], self._answer.pieces, place)
            case "function_call":
                yield from _called(item, self._answer.argument_parts(), place)
            case _:
                name = "response.image_generation_call"
                yield _frame(f"{name}.in_progress", **place)
                yield _frame(f"{name}.generating", **place)
                yield Piece({"type": f"{name}.completed", **place}, images=1)


def _spoken(part: Item, texts: Iterable[str], place: dict[str, Any]) -> Iterator[Piece]:
    place = {**place, "content_index": 0}
    name = EVENTS[part["type"]]
    # Only this kind of text has probabilities, and there the SDKs require the member.
    extra = {"logprobs": []} if part["type"] == "output_text" else {}
    yield _frame("response.content_part.added", part={**part, "text": ""}, **place)
    for text in texts:
        yield Piece({"type": f"{name}.delta", "delta": text, **extra, **place}, text)
    yield _frame(f"{name}.done", text=part["text"], **extra, **place)
    yield _frame("response.content_part.done", part=part, **place)


def _called(item: Item, arguments: Iterable[str], place: dict[str, Any]) -> Iterator[Piece]:
    name = "response.function_call_arguments"
    for part in arguments:
        yield Piece({"type": f"{name}.delta", "delta": part, **place}, part)
    yield _frame(f"{name}.done", name=item["name"], arguments=item["arguments"], **place)


def _empty(item: Item) -> Item:
    """Return an item without content."""
    blank = {"content": [], "arguments": "", "result": None}
    return {
        **item,
        **{name: blank[name] for name in blank if name in item},
        "status": "in_progress",
    }


def _frame(kind: str, **members: Any) -> Piece:
    return Piece({"type": kind, **members}, is_frame=True)
