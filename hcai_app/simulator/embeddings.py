"""POST /embeddings: deterministic unit vectors."""

import base64
import hashlib
import math
import re
import struct
from functools import lru_cache
from typing import Any

from aiohttp import web

from hcai_app.simulator import billing, prompts, replies, usages
from hcai_app.simulator.errors import Refusal
from hcai_app.simulator.exchanges import SimulatedExchange, SimulatedOperation, serve

DEFAULT_DIMENSIONS = 1024
MAX_DIMENSIONS = 8192
LONG_WORD = re.compile(r"\w{4,}")
PIECE = 5
READ_CHARACTERS = 100
WORD_WEIGHT = 4  # of a word; the whole text's weight is 1


async def create(request: web.Request) -> web.StreamResponse:
    """Handle POST /embeddings."""
    return await serve(request, OPERATION)


async def _answer(exchange: SimulatedExchange) -> web.StreamResponse:
    body, call, scenario = exchange.body, exchange.call, exchange.scenario
    if not exchange.listing.dimensions:
        raise Refusal(404, f"No endpoints found for embeddings with {exchange.listing.id}")
    inputs = _inputs(body.get("input"))
    call.status, call.streamed = 200, False
    call.prompt_tokens = sum(_tokens(item) for item in inputs)
    if scenario.prompt_tokens >= 0:
        call.prompt_tokens = scenario.prompt_tokens
    await exchange.wire.pause(scenario.chunks * scenario.delay)
    payload = _payload(exchange, inputs)
    response = await replies.send_json(exchange.wire, scenario, payload, exchange.headers())
    call.finish_reason = call.finish_reason or "stop"
    return response


def _payload(exchange: SimulatedExchange, inputs: list[Any]) -> dict[str, Any]:
    scenario, call = exchange.scenario, exchange.call
    if scenario.only_error:
        call.finish_reason = "error"
        return {"error": replies.error_from(scenario, scenario.only_error)}
    payload: dict[str, Any] = {
        "object": "list",
        "id": call.id,
        "model": call.model,
        "provider": "Simulated",
        "data": [
            {"object": "embedding", "index": index, "embedding": _vector(exchange, item)}
            for index, item in enumerate(inputs)
        ],
    }
    return {**payload, **usages.member(exchange, usages.embeddings)}


def _vector(exchange: SimulatedExchange, item: Any) -> list[float] | str:
    wanted = exchange.body.get("dimensions") or exchange.listing.dimensions or DEFAULT_DIMENSIONS
    if not isinstance(wanted, int) or not 1 <= wanted <= MAX_DIMENSIONS:
        raise Refusal(400, f"dimensions must be from 1 to {MAX_DIMENSIONS}")
    values = vector(_text(item), wanted)
    if exchange.body.get("encoding_format") == "base64":
        return base64.b64encode(struct.pack(f"<{wanted}f", *values)).decode()
    return list(values)


@lru_cache(maxsize=64)
def vector(text: str, dimensions: int) -> tuple[float, ...]:
    """Return a unit vector, with values that float32 holds exactly.

    Texts with the same first words get similar directions, different texts never the same one;
    there are no semantics.
    """
    words = [_word(piece, dimensions) for piece in _pieces(text)]
    numbers = [
        own + WORD_WEIGHT * sum(of_words)
        for own, *of_words in zip(_direction(text, dimensions), *words, strict=True)
    ]
    length = math.sqrt(sum(number * number for number in numbers)) or 1.0
    packed = struct.pack(f"<{dimensions}f", *(number / length for number in numbers))
    return struct.unpack(f"<{dimensions}f", packed)


def _pieces(text: str) -> list[str]:
    """Return the prefixes of the text's first long words: short ones are in every text."""
    return [word[:PIECE] for word in LONG_WORD.findall(text[:READ_CHARACTERS].lower())]


@lru_cache(maxsize=256)
def _word(piece: str, dimensions: int) -> tuple[int, ...]:
    return _direction(piece, dimensions)


def _direction(text: str, dimensions: int) -> tuple[int, ...]:
    raw = hashlib.shake_256(text.encode("utf-8", "replace")).digest(2 * dimensions)
    return struct.unpack(f"<{dimensions}h", raw)


def _inputs(given: Any) -> list[Any]:
    """Return one entry for each requested vector."""
    if isinstance(given, str) and given:
        return [given]
    if not isinstance(given, list) or not given:
        raise Refusal(400, "input must be a text or a list")
    # A flat list of numbers is one text in token ids.
    return [given] if all(isinstance(item, int) for item in given) else given


def _text(item: Any) -> str:
    if isinstance(item, str):
        return item
    if isinstance(item, dict):
        return prompts.text_of(item.get("content"))
    return repr(item)


def _tokens(item: Any) -> int:
    if isinstance(item, list):
        return len(item)
    media = 0
    if isinstance(item, dict):
        parts = prompts.parts_of(item.get("content"))
        media = sum("text" not in part for part in parts)
    return billing.tokens_of(_text(item)) + media * billing.TOKENS_PER_MEDIA_PART


def _all_text(body: dict[str, Any]) -> str:
    given = body.get("input")
    items = given if isinstance(given, list) else [given]
    return "\n".join(_text(item) for item in items if isinstance(item, str | dict))


OPERATION = SimulatedOperation("embeddings", _all_text, _answer)
