"""POST /completions: the older form, a prompt and its continuation."""

from collections.abc import Iterator
from typing import Any

from aiohttp import web

from hcai_app.simulator import conversations, prompts, replies, streams, usages
from hcai_app.simulator.answers import SimulatedAnswer
from hcai_app.simulator.calls import Call
from hcai_app.simulator.errors import Refusal
from hcai_app.simulator.exchanges import SimulatedExchange, SimulatedOperation, serve
from hcai_app.simulator.streams import Payload, Piece


async def create(request: web.Request) -> web.StreamResponse:
    """Handle POST /completions."""
    return await serve(request, OPERATION)


async def _answer(exchange: SimulatedExchange) -> web.StreamResponse:
    return await conversations.answer(exchange, DIALECT)


def _as_chat(body: dict[str, Any]) -> dict[str, Any]:
    if not _prompts(body):
        raise Refusal(400, 'Input required: specify "prompt" as a text or a list of texts')
    return {**body, "messages": [{"role": "user", "content": "\n".join(_prompts(body))}]}


def _prompts(body: dict[str, Any]) -> list[str]:
    """Return the prompts as texts, those in tokens as their numbers; nothing for anything else."""
    prompt = body.get("prompt")
    if isinstance(prompt, str):
        return [prompt]
    items = prompt if isinstance(prompt, list) else []
    if items and all(isinstance(item, int) for item in items):
        return [" ".join(map(str, items))]
    if not all(isinstance(item, str | list) for item in items):
        return []
    return [item if isinstance(item, str) else " ".join(map(str, item)) for item in items]


def _completion(exchange: SimulatedExchange, answer: SimulatedAnswer) -> dict[str, Any]:
    said = "".join(answer.pieces)
    is_echo = exchange.body.get("echo") is True
    texts = [prompt + said if is_echo else said for prompt in _prompts(exchange.body)]
    reason = "error" if exchange.scenario.error else answer.finish_reason
    payload = {
        **_frame(exchange.call),
        "choices": [_choice(text, index, reason) for index, text in enumerate(texts)],
        **usages.member(exchange, usages.chat),
    }
    if exchange.scenario.error:
        error = replies.error_from(exchange.scenario, exchange.scenario.error)
        payload["choices"][0]["error"] = error
    return payload


def _frame(call: Call) -> dict[str, Any]:
    return {
        "id": call.id,
        "object": "text_completion",
        "created": int(call.started_at),
        "model": call.model,
        "provider": "Simulated",
    }


def _choice(text: str, index: int = 0, finish_reason: str | None = None) -> dict[str, Any]:
    return {
        "index": index,
        "text": text,
        "finish_reason": finish_reason,
        "native_finish_reason": finish_reason,
        "logprobs": None,
    }


class TextStream:
    """The event sequence of a /completions stream."""

    end_mark = streams.DONE

    def __init__(self, exchange: SimulatedExchange, answer: SimulatedAnswer) -> None:
        self.finish_reason = answer.finish_reason
        self._exchange = exchange
        self._answer = answer

    def opening(self) -> Iterator[Payload]:
        """Yield nothing: the first chunk already has text."""
        yield from ()

    def pieces(self) -> Iterator[Piece]:
        """Yield a chunk for each piece of text."""
        for text in self._answer.pieces:
            yield Piece({"choices": [_choice(text)]}, text)

    def ending(self) -> Iterator[Payload]:
        """Yield the finish reason and then the usage."""
        yield {"choices": [_choice("", 0, self.finish_reason)]}
        if usage := usages.member(self._exchange, usages.chat):
            yield {"choices": [], **usage}

    def failure(self, code: int, *, is_lone: bool) -> Payload:
        """Build an error chunk, or a bare error."""
        error = replies.error_from(self._exchange.scenario, code)
        return (
            {"error": error} if is_lone else {"error": error, "choices": [_choice("", 0, "error")]}
        )

    def encode(self, payload: Payload) -> bytes:
        """Encode a chunk with its common members."""
        is_chunk = "choices" in payload
        return streams.event({**_frame(self._exchange.call), **payload} if is_chunk else payload)


def _lone_error(exchange: SimulatedExchange, code: int) -> dict[str, Any]:
    return {"error": replies.error_from(exchange.scenario, code)}


def _text(body: dict[str, Any]) -> str:
    return prompts.text_of("\n".join(_prompts(body)))


DIALECT = conversations.Dialect(_as_chat, _completion, TextStream, _lone_error)
OPERATION = SimulatedOperation("completions", _text, _answer)
