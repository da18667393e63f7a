"""POST /chat/completions: the objects of a completion."""

from typing import Any

from aiohttp import web

from hcai_app.simulator import chat_streams, conversations, prompts, replies, usages
from hcai_app.simulator.answers import SimulatedAnswer
from hcai_app.simulator.errors import Refusal
from hcai_app.simulator.exchanges import SimulatedExchange, SimulatedOperation, serve


async def create(request: web.Request) -> web.StreamResponse:
    """Handle POST /chat/completions."""
    return await serve(request, OPERATION)


async def _answer(exchange: SimulatedExchange) -> web.StreamResponse:
    return await conversations.answer(exchange, DIALECT)


def _checked(body: dict[str, Any]) -> dict[str, Any]:
    if not prompts.messages_of(body):
        raise Refusal(400, 'Input required: specify "prompt" or "messages"')
    return body


def _completion(exchange: SimulatedExchange, answer: SimulatedAnswer) -> dict[str, Any]:
    return {
        **chat_streams.frame(exchange.call, "chat.completion"),
        "choices": [_choice(exchange, answer)],
        **usages.member(exchange, usages.chat),
    }


def _choice(exchange: SimulatedExchange, answer: SimulatedAnswer) -> dict[str, Any]:
    choice: dict[str, Any] = {
        "index": 0,
        "finish_reason": answer.finish_reason,
        "native_finish_reason": answer.finish_reason,
        "logprobs": None,
        "message": _message(answer),
    }
    if exchange.scenario.error:
        choice["error"] = replies.error_from(exchange.scenario, exchange.scenario.error)
        choice["finish_reason"] = "error"
    return choice


def _message(answer: SimulatedAnswer) -> dict[str, Any]:
    thought = "".join(answer.reasoning)
    message: dict[str, Any] = {
        "role": "assistant",
        "content": None if answer.tool_call else "".join(answer.pieces),
        "refusal": None,
        "reasoning": thought or None,
    }
    if thought:
        message["reasoning_details"] = [chat_streams.reasoning_detail(thought)]
    if answer.tool_call:
        message["tool_calls"] = [{**answer.tool_call, "index": 0}]
    if answer.images:
        message["images"] = answer.images
    if answer.annotations:
        message["annotations"] = answer.annotations
    return message


def _lone_error(exchange: SimulatedExchange, code: int) -> dict[str, Any]:
    return {"error": replies.error_from(exchange.scenario, code)}


DIALECT = conversations.Dialect(_checked, _completion, chat_streams.ChatStream, _lone_error)
OPERATION = SimulatedOperation("completions", prompts.last_user_text, _answer)
