"""A chat answer as server-sent events: comment, chunks, usage, `[DONE]`."""

import time
from collections.abc import Iterator
from typing import Any

from aiohttp import web

from hcai_app.simulator import billing, replies
from hcai_app.simulator.answers import Answer
from hcai_app.simulator.calls import Call
from hcai_app.simulator.exchanges import Exchange
from hcai_app.simulator.wire import COMMENT, SSE

DONE = b"data: [DONE]\n\n"


async def send(exchange: Exchange, answer: Answer) -> web.StreamResponse:
    """Stream an answer, with the faults that the scenario asks for."""
    scenario, wire = exchange.scenario, exchange.wire
    await wire.open(200, SSE, exchange.headers())
    await wire.pause(scenario.first)
    if not scenario.no_comment:
        await wire.send(COMMENT)
    match scenario:
        case _ if scenario.only_error:
            await _fail(exchange, {"error": replies.error_from(scenario, scenario.only_error)})
        case _ if scenario.body == "empty":
            pass
        case _ if scenario.body == "invalid":
            await wire.send(b"data: {not json\n\n")
        case _:
            await _speak(exchange, answer)
    return await wire.close()


async def _speak(exchange: Exchange, answer: Answer) -> None:
    """Send the chunks one by one and count what has been said so far."""
    scenario, call = exchange.scenario, exchange.call
    deltas = list(_deltas(answer))
    spoken = 0
    for index, delta in enumerate(deltas):
        data = event({**frame(call, "chat.completion.chunk"), "choices": [_choice(delta)]})
        if index == scenario.after:
            await _disturb(exchange, data)
            if scenario.error:
                return
        if scenario.body == "half" and index >= len(deltas) // 2:
            await exchange.wire.send(data[: len(data) // 2])
            return
        await exchange.wire.send(data)
        spoken += _count(call, delta, spoken)
        await exchange.wire.pause(scenario.delay)
    if scenario.after >= len(deltas):
        await _disturb(exchange, b"data: {")
    if not (scenario.error and scenario.after >= len(deltas)):
        await _end(exchange, answer)


async def _disturb(exchange: Exchange, upcoming: bytes) -> None:
    """Do what the scenario wants after a number of chunks."""
    scenario, wire = exchange.scenario, exchange.wire
    await wire.pause(scenario.between)
    await wire.meet("chunks")
    if "line" in (scenario.cut, scenario.hang) or "body" in (scenario.cut, scenario.hang):
        await wire.send(upcoming[: len(upcoming) // 2])
        await wire.meet("line")
        await wire.meet("body")
    if scenario.error:
        chunk = {
            **frame(exchange.call, "chat.completion.chunk"),
            "error": replies.error_from(scenario, scenario.error),
            "choices": [_choice({"content": ""}, "error")],
        }
        await _fail(exchange, chunk)


async def _fail(exchange: Exchange, payload: dict[str, Any]) -> None:
    exchange.call.finish_reason = "error"
    await exchange.wire.send(event(payload))


async def _end(exchange: Exchange, answer: Answer) -> None:
    """Send the finish reason, the usage and the end mark."""
    scenario, call, wire = exchange.scenario, exchange.call, exchange.wire
    if exchange.whole:
        call.completion_tokens, call.reasoning_tokens, call.image_tokens = exchange.whole
    finish: dict[str, Any] = {
        **frame(call, "chat.completion.chunk"),
        "choices": [_choice({"role": "assistant", "content": ""}, answer.finish_reason)],
    }
    bill = billing.charge(call, exchange.listing, scenario)
    usage = billing.usage_json(call, bill, scenario.usage)
    if scenario.usage != "none" and scenario.usage_at == "choice":
        finish["usage"] = usage
    await wire.send(event(finish))
    if scenario.usage != "none" and scenario.usage_at == "last":
        last = {**frame(call, "chat.completion.chunk"), "choices": [], "usage": usage}
        await wire.send(event(last))
    call.finish_reason = answer.finish_reason
    if not scenario.no_done:
        await wire.send(DONE)


def frame(call: Call, kind: str) -> dict[str, Any]:
    """Return the members that every chunk and every completion has."""
    return {
        "id": call.id,
        "object": kind,
        "created": int(call.started_at),
        "model": call.model,
        "provider": "Simulated",
        "system_fingerprint": None,
    }


def event(payload: dict[str, Any]) -> bytes:
    """Encode one server-sent event."""
    return b"data: " + replies.encode(payload) + b"\n\n"


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


def _deltas(answer: Answer) -> Iterator[dict[str, Any]]:
    base = {"role": "assistant", "content": ""}
    for thought in answer.reasoning:
        yield {**base, "reasoning": thought, "reasoning_details": [reasoning_detail(thought)]}
    for piece in answer.pieces:
        yield {"role": "assistant", "content": piece}
    if answer.tool_call:
        yield from _tool_deltas(answer.tool_call)
    if answer.images:
        yield {**base, "images": answer.images}
    if answer.annotations:
        yield {**base, "annotations": answer.annotations}


def _tool_deltas(tool_call: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the name first and the arguments in two parts, as models do."""
    function = tool_call["function"]
    arguments, middle = function["arguments"], len(function["arguments"]) // 2
    first = {**tool_call, "index": 0, "function": {"name": function["name"], "arguments": ""}}
    yield {"role": "assistant", "content": None, "tool_calls": [first]}
    for part in (arguments[:middle], arguments[middle:]):
        yield {"tool_calls": [{"index": 0, "type": "function", "function": {"arguments": part}}]}


def _count(call: Call, delta: dict[str, Any], spoken: int) -> int:
    """Add a delta that was sent to the call's tokens; return its bytes."""
    if call.first_token_at is None:
        call.first_token_at = time.time()
    text = (delta.get("content") or "") + (delta.get("reasoning") or "")
    text += "".join(part["function"]["arguments"] for part in delta.get("tool_calls", ()))
    size = len(text.encode())
    drawn = billing.TOKENS_PER_IMAGE * len(delta.get("images", ()))
    call.image_tokens += drawn
    call.completion_tokens = call.image_tokens + billing.tokens_of_bytes(spoken + size)
    return size
