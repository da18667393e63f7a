"""POST /chat/completions: the whole answer in JSON, or the start of a stream."""

from typing import Any

from aiohttp import web

from hcai_app.simulator import billing, prompts, replies, streams
from hcai_app.simulator.answers import Answer, compose
from hcai_app.simulator.errors import Refusal
from hcai_app.simulator.exchanges import Exchange, Operation, serve


async def create(request: web.Request) -> web.StreamResponse:
    """Handle POST /chat/completions."""
    return await serve(request, OPERATION)


async def _answer(exchange: Exchange) -> web.StreamResponse:
    if not prompts.messages_of(exchange.body):
        raise Refusal(400, 'Input required: specify "prompt" or "messages"')
    scenario, call = exchange.scenario, exchange.call
    call.prompt_tokens = prompts.prompt_tokens(exchange.body)
    if scenario.prompt_tokens >= 0:
        call.prompt_tokens = scenario.prompt_tokens
    answer = compose(exchange.body, exchange.listing, scenario)
    exchange.whole = answer.tokens()
    if scenario.completion_tokens >= 0:
        exchange.whole = (scenario.completion_tokens, *exchange.whole[1:])
    call.status, call.images = 200, len(answer.images)
    if call.streamed:
        return await streams.send(exchange, answer)
    return await _whole(exchange, answer)


async def _whole(exchange: Exchange, answer: Answer) -> web.StreamResponse:
    scenario, call = exchange.scenario, exchange.call
    if scenario.only_error:
        call.finish_reason = "error"
        payload: dict[str, Any] = {"error": replies.error_from(scenario, scenario.only_error)}
        return await replies.send_json(exchange.wire, scenario, payload, exchange.headers())
    await exchange.wire.pause(scenario.chunks * scenario.delay)
    payload = _completion(exchange, answer)
    response = await replies.send_json(exchange.wire, scenario, payload, exchange.headers())
    call.finish_reason = payload["choices"][0]["finish_reason"]
    return response


def _completion(exchange: Exchange, answer: Answer) -> dict[str, Any]:
    scenario, call = exchange.scenario, exchange.call
    if exchange.whole:
        call.completion_tokens, call.reasoning_tokens, call.image_tokens = exchange.whole
    completion = {
        **streams.frame(call, "chat.completion"),
        "choices": [_choice(exchange, answer)],
    }
    if scenario.usage != "none":
        bill = billing.charge(call, exchange.listing, scenario)
        completion["usage"] = billing.usage_json(call, bill, scenario.usage)
    return completion


def _choice(exchange: Exchange, answer: Answer) -> dict[str, Any]:
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


def _message(answer: Answer) -> dict[str, Any]:
    thought = "".join(answer.reasoning)
    message: dict[str, Any] = {
        "role": "assistant",
        "content": None if answer.tool_call else "".join(answer.pieces),
        "refusal": None,
        "reasoning": thought or None,
    }
    if thought:
        message["reasoning_details"] = [streams.reasoning_detail(thought)]
    if answer.tool_call:
        message["tool_calls"] = [{**answer.tool_call, "index": 0}]
    if answer.images:
        message["images"] = answer.images
    if answer.annotations:
        message["annotations"] = answer.annotations
    return message


OPERATION = Operation("completions", prompts.last_user_text, _answer)
