"""One generation request, from its body to its record.

A new operation is a file with a function `answer(exchange) -> StreamResponse`, wrapped by `serve`.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from aiohttp import web

from hcai_app.simulator import billing, listings, prompts, replies
from hcai_app.simulator.calls import MAX_BODY_BYTES, Call, CallLog
from hcai_app.simulator.errors import Refusal
from hcai_app.simulator.listings import SimulatedModel
from hcai_app.simulator.scenarios import Scenario, UnknownDirective
from hcai_app.simulator.scripts import Script
from hcai_app.simulator.wire import Wire

SCRIPT = web.AppKey("script", Script)
CALLS = web.AppKey("calls", CallLog)
Recorder = Callable[[Call], None]
RECORD: web.AppKey[Recorder] = web.AppKey("record")


@dataclass(slots=True)
class SimulatedExchange:
    """A request, its scenario and its record."""

    request: web.Request
    body: dict[str, Any]
    scenario: Scenario
    call: Call
    wire: Wire
    listing: SimulatedModel
    whole: tuple[int, int, int] | None = None
    """Completion, reasoning and image tokens of the complete answer, once known."""

    def headers(self) -> dict[str, str]:
        """Return the headers of every response of this call."""
        headers = {"Cache-Control": "no-cache"}
        if not self.scenario.no_generation_id:
            headers["X-Generation-Id"] = self.call.id
        return headers


@dataclass(frozen=True, slots=True)
class SimulatedOperation:
    """One kind of generation call."""

    api_type: str
    text_of: Callable[[dict[str, Any]], str]
    """Returns the text that may hold a `/simulate` line."""
    answer: Callable[[SimulatedExchange], Awaitable[web.StreamResponse]]


async def serve(request: web.Request, operation: SimulatedOperation) -> web.StreamResponse:
    """Handle one call, from its body to its record."""
    raw = await request.read()
    call = _begin(request, operation, raw)
    wire = None
    try:
        exchange = _open(request, operation, raw, call)
        wire = exchange.wire
        return await _answer(exchange, operation)
    except Refusal as refusal:
        call.status = refusal.status
        return replies.refusal(refusal, request.path)
    except asyncio.CancelledError:
        if wire is None or not wire.was_cut:
            call.cancelled_at = time.time()
        if wire is None or not wire.has_begun:
            call.status = None
        raise
    except ConnectionError:
        # A write may fail on the closed connection before this task is cancelled.
        call.cancelled_at = time.time()
        raise
    finally:
        call.finished_at = time.time()
        request.app[RECORD](call)


async def _answer(exchange: SimulatedExchange, operation: SimulatedOperation) -> web.StreamResponse:
    call, scenario = exchange.call, exchange.scenario
    try:
        if scenario.status:
            call.status, call.prompt_tokens = scenario.status, 0
            headers = exchange.headers()
            return await replies.send_error(exchange.wire, scenario, headers, call.path)
        return await operation.answer(exchange)
    finally:
        _settle(exchange)


def _begin(request: web.Request, operation: SimulatedOperation, raw: bytes) -> Call:
    # Repeated headers are joined, so that a leaked second one is visible.
    headers = {name: ", ".join(request.headers.getall(name)) for name in request.headers}
    call = Call(
        path=request.path,
        api_type=operation.api_type,
        user_agent=headers.get("User-Agent"),
        referer=headers.get("HTTP-Referer"),
        headers=headers,
        body=raw[:MAX_BODY_BYTES].decode("utf-8", "replace"),
    )
    request.app[CALLS].add(call)
    return call


def _open(
    request: web.Request, operation: SimulatedOperation, raw: bytes, call: Call
) -> SimulatedExchange:
    base = request.app[SCRIPT].draw(request.path, is_generating=True)
    body = _body(raw)
    try:
        scenario = base.directed_by(operation.text_of(body))
    except UnknownDirective as error:
        raise Refusal(400, str(error)) from error
    call.streamed = body.get("stream") is True
    call.user, call.session_id = _user(body), body.get("session_id")
    call.generation_delay = scenario.generation_delay
    call.generation_status = scenario.generation_status
    listing = _choose(body, scenario)
    call.model = listing.id
    return SimulatedExchange(request, body, scenario, call, Wire(request, scenario), listing)


def _user(body: dict[str, Any]) -> str | None:
    """Return the end user's pseudonym, from each dialect's own member."""
    metadata = body.get("metadata")
    nested = metadata.get("user_id") if isinstance(metadata, dict) else None
    return body.get("user") or body.get("safety_identifier") or nested


def _body(raw: bytes) -> dict[str, Any]:
    try:
        body = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refusal(400, f"Invalid JSON: {error}") from error
    if not isinstance(body, dict):
        raise Refusal(400, "The body must be a JSON object")
    return body


def _choose(body: dict[str, Any], scenario: Scenario) -> SimulatedModel:
    """Return the first available model of the request's candidates."""
    names = [name for name in _named(body) if isinstance(name, str)] or [listings.ROUTER]
    unavailable = scenario.unavailable.split(",")
    for name in names:
        listing = listings.find(listings.ROUTED_TO if name == listings.ROUTER else name)
        if listing and name not in unavailable:
            return listing
    if names[0] in unavailable:
        raise Refusal(503, f"{names[0]} is not available", "provider_unavailable")
    raise Refusal(400, f"{names[0]} is not a valid model ID")


def _named(body: dict[str, Any]) -> list[Any]:
    """Return `model`, the `models` list, and the `fallbacks` of /messages."""
    models, fallbacks = body.get("models"), body.get("fallbacks")
    return [
        body.get("model"),
        *(models if isinstance(models, list) else []),
        *(item.get("model") for item in prompts.parts_of(fallbacks)),
    ]


def _settle(exchange: SimulatedExchange) -> None:
    """Bill a call for its output so far, or in full if cancelling has no effect."""
    call, scenario = exchange.call, exchange.scenario
    # As documented: nothing cancels an answer in JSON, and not every provider stops a stream.
    if call.finish_reason is None and exchange.whole and (not call.streamed or scenario.bill_all):
        call.completion_tokens, call.reasoning_tokens, call.image_tokens = exchange.whole
    if call.finish_reason == "error" or (
        call.api_type != "embeddings" and not call.completion_tokens
    ):
        # Zero completion insurance.
        call.cost, call.upstream_cost = billing.NOTHING
        return
    billing.charge(call, exchange.listing, scenario)
