"""POST /images: real pictures in base64, at once or with previews."""

from collections.abc import Iterator
from typing import Any

from aiohttp import web

from hcai_app.simulator import billing, pictures, prompts, replies, streams, usages
from hcai_app.simulator.errors import Refusal
from hcai_app.simulator.exchanges import SimulatedExchange, SimulatedOperation, serve
from hcai_app.simulator.streams import Payload, Piece

MAX_IMAGES = 10


async def create(request: web.Request) -> web.StreamResponse:
    """Handle POST /images."""
    return await serve(request, OPERATION)


async def _answer(exchange: SimulatedExchange) -> web.StreamResponse:
    count = _checked(exchange)
    call, scenario = exchange.call, exchange.scenario
    tokens = count * billing.TOKENS_PER_IMAGE
    exchange.whole = (tokens, 0, tokens)
    if scenario.completion_tokens >= 0:
        exchange.whole = (scenario.completion_tokens, 0, scenario.completion_tokens)
    call.prompt_tokens = _prompt_tokens(exchange)
    call.status, call.images = 200, count
    if call.streamed:
        return await streams.send(exchange, ImageStream(exchange, count))
    return await _whole(exchange, count)


def _checked(exchange: SimulatedExchange) -> int:
    """Return the number of images."""
    body, listing = exchange.body, exchange.listing
    if "image" not in listing.outputs:
        raise Refusal(404, f"No endpoints found that draw images with {listing.id}")
    if not isinstance(body.get("prompt"), str) or not body["prompt"]:
        raise Refusal(400, "prompt is required")
    count = 1 if body.get("n") is None else body["n"]
    if not isinstance(count, int) or not 1 <= count <= MAX_IMAGES:
        raise Refusal(400, f"n must be from 1 to {MAX_IMAGES}")
    return count


def _prompt_tokens(exchange: SimulatedExchange) -> int:
    if exchange.scenario.prompt_tokens >= 0:
        return exchange.scenario.prompt_tokens
    references = prompts.parts_of(exchange.body.get("input_references"))
    media = len(references) * billing.TOKENS_PER_MEDIA_PART
    return billing.tokens_of(exchange.body["prompt"]) + media


async def _whole(exchange: SimulatedExchange, count: int) -> web.StreamResponse:
    scenario, call = exchange.scenario, exchange.call
    await exchange.wire.pause(scenario.chunks * scenario.delay)
    code = scenario.only_error or scenario.error
    payload = _error(exchange, code) if code else _payload(exchange, count)
    response = await replies.send_json(exchange.wire, scenario, payload, exchange.headers())
    call.finish_reason = "error" if code else "stop"
    return response


def _payload(exchange: SimulatedExchange, count: int) -> dict[str, Any]:
    call = exchange.call
    if exchange.whole:
        call.completion_tokens, call.reasoning_tokens, call.image_tokens = exchange.whole
    return {
        "created": int(call.started_at),
        "data": [_image(exchange) for _ in range(count)],
        **usages.member(exchange, usages.chat),
    }


def _image(exchange: SimulatedExchange) -> dict[str, Any]:
    data = pictures.png_base64(exchange.scenario.image_bytes)
    return {"b64_json": data, "media_type": "image/png"}


def _error(exchange: SimulatedExchange, code: int) -> dict[str, Any]:
    return {"error": replies.error_from(exchange.scenario, code)}


class ImageStream:
    """The event sequence of an /images stream."""

    end_mark = streams.DONE
    finish_reason = "stop"

    def __init__(self, exchange: SimulatedExchange, count: int) -> None:
        self._exchange = exchange
        self._count = count

    def opening(self) -> Iterator[Payload]:
        """Yield nothing: the first preview is the first event."""
        yield from ()

    def pieces(self) -> Iterator[Piece]:
        """Yield the previews of every image."""
        for index in range(self._count):
            preview = {
                "type": "image_generation.partial_image",
                "partial_image_index": index,
                "b64_json": pictures.png_base64(),
            }
            yield Piece(preview, images=1)

    def ending(self) -> Iterator[Payload]:
        """Yield every image; the last one has the usage."""
        created = int(self._exchange.call.started_at)
        for left in reversed(range(self._count)):
            usage = {} if left else usages.member(self._exchange, usages.chat)
            kind = "image_generation.completed"
            yield {"type": kind, "created": created, **_image(self._exchange), **usage}

    def failure(self, code: int, *, is_lone: bool) -> Payload:
        """Build an error event; its code is a string in this format."""
        del is_lone
        error = replies.error_from(self._exchange.scenario, code)
        kind = error["metadata"]["error_type"]
        inner = {"code": str(error["code"]), "message": error["message"], "type": kind}
        return {"type": "error", "error": {**inner, "param": None}}

    def encode(self, payload: Payload) -> bytes:
        """Encode an event without a name: its type is in the data."""
        return streams.event(payload)


def _text(body: dict[str, Any]) -> str:
    return prompts.text_of(body.get("prompt"))


OPERATION = SimulatedOperation("image", _text, _answer)
