"""Shared handling of /chat/completions, /responses and /messages: one model, three dialects.

Each request is translated to a chat request, and each answer back to its endpoint's dialect.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from hcai_app.simulator import prompts, replies, streams
from hcai_app.simulator.answers import SimulatedAnswer, compose
from hcai_app.simulator.exchanges import SimulatedExchange
from hcai_app.simulator.streams import StreamProgram


@dataclass(frozen=True, slots=True)
class Dialect:
    """One endpoint's request and response format."""

    as_chat: Callable[[dict[str, Any]], dict[str, Any]]
    """Translates a request body to /chat/completions; refuses an invalid one."""
    whole: Callable[[SimulatedExchange, SimulatedAnswer], dict[str, Any]]
    """Builds the answer in JSON, with the usage and any error in it."""
    program: Callable[[SimulatedExchange, SimulatedAnswer], StreamProgram]
    lone_error: Callable[[SimulatedExchange, int], dict[str, Any]]
    """Builds the body of a bare error."""


async def answer(exchange: SimulatedExchange, dialect: Dialect) -> web.StreamResponse:
    """Send the answer to a conversation in its dialect, streamed or whole."""
    scenario, call = exchange.scenario, exchange.call
    chat = dialect.as_chat(exchange.body)
    call.prompt_tokens = prompts.prompt_tokens(chat)
    if scenario.prompt_tokens >= 0:
        call.prompt_tokens = scenario.prompt_tokens
    composed = compose(chat, exchange.listing, scenario)
    exchange.whole = composed.tokens()
    if scenario.completion_tokens >= 0:
        exchange.whole = (scenario.completion_tokens, *exchange.whole[1:])
    call.status, call.images = 200, len(composed.images)
    if call.streamed:
        return await streams.send(exchange, dialect.program(exchange, composed))
    return await _whole(exchange, dialect, composed)


async def _whole(
    exchange: SimulatedExchange, dialect: Dialect, composed: SimulatedAnswer
) -> web.StreamResponse:
    scenario, call = exchange.scenario, exchange.call
    if scenario.only_error:
        call.finish_reason = "error"
        payload = dialect.lone_error(exchange, scenario.only_error)
        return await replies.send_json(exchange.wire, scenario, payload, exchange.headers())
    await exchange.wire.pause(scenario.chunks * scenario.delay)
    if exchange.whole:
        call.completion_tokens, call.reasoning_tokens, call.image_tokens = exchange.whole
    payload = dialect.whole(exchange, composed)
    response = await replies.send_json(exchange.wire, scenario, payload, exchange.headers())
    call.finish_reason = "error" if scenario.error else composed.finish_reason
    return response
