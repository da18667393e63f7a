"""The objects of the Responses format: the response itself, its output items, its errors."""

import time
from typing import Any

from hcai_app.simulator import replies, usages
from hcai_app.simulator.answers import SimulatedAnswer
from hcai_app.simulator.exchanges import SimulatedExchange

Item = dict[str, Any]
INCOMPLETE = {"length": "max_output_tokens", "content_filter": "content_filter"}
ERROR_CODES = {400: "invalid_prompt", 429: "rate_limit_exceeded"}
# The request members that a response echoes, with their defaults.
REPEATED: dict[str, Any] = {
    "instructions": None,
    "metadata": {},
    "temperature": None,
    "top_p": None,
    "frequency_penalty": None,
    "presence_penalty": None,
    "parallel_tool_calls": True,
    "tool_choice": "auto",
    "tools": [],
    "max_output_tokens": None,
    "max_tool_calls": None,
    "reasoning": None,
    "truncation": None,
    "user": None,
    "safety_identifier": None,
    "prompt_cache_key": None,
    "text": {"format": {"type": "text"}},
    "top_logprobs": 0,
}


def whole(exchange: SimulatedExchange, answer: SimulatedAnswer) -> dict[str, Any]:
    """Build the finished response, or the scenario's failed one."""
    if exchange.scenario.error:
        return failed(exchange, exchange.scenario.error)
    reason = INCOMPLETE.get(answer.finish_reason)
    return {
        **started(exchange),
        "status": "incomplete" if reason else "completed",
        "completed_at": None if reason else int(time.time()),
        "incomplete_details": {"reason": reason} if reason else None,
        "output": items(exchange, answer),
        **usages.member(exchange, usages.responses),
    }


def started(exchange: SimulatedExchange) -> dict[str, Any]:
    """Build the empty response of a stream's start."""
    call, body = exchange.call, exchange.body
    given = {name: body[name] for name in REPEATED if body.get(name) is not None}
    return {
        "id": call.id,
        "object": "response",
        "created_at": int(call.started_at),
        "completed_at": None,
        "status": "in_progress",
        "error": None,
        "incomplete_details": None,
        "model": call.model,
        "output": [],
        **REPEATED,
        **given,
        "background": False,
        "previous_response_id": None,
        "service_tier": "default",
        "store": False,
    }


def failed(exchange: SimulatedExchange, code: int) -> dict[str, Any]:
    """Build the response to a provider's failure."""
    error = replies.error_from(exchange.scenario, code)
    return {
        **started(exchange),
        "status": "failed",
        "error": {"code": error_code(exchange, code), "message": error["message"]},
        "error_type": error["metadata"]["error_type"],
        "usage": None,
    }


def error_code(exchange: SimulatedExchange, code: int) -> str:
    """Return this format's error code for a status."""
    return exchange.scenario.error_code or ERROR_CODES.get(code, "server_error")


def items(exchange: SimulatedExchange, answer: SimulatedAnswer) -> list[Item]:
    """Build the output: reasoning, then text or a function call, then pictures."""
    suffix = exchange.call.id.removeprefix("gen-")
    found = [_reasoning(f"rs_{suffix}", answer)] if answer.reasoning else []
    if answer.tool_call:
        found.append(_function_call(f"fc_{suffix}", answer.tool_call))
    else:
        found.append(_message(f"msg_{suffix}", answer))
    return found + [_picture(f"ig_{suffix}", image) for image in answer.images]


def _reasoning(item_id: str, answer: SimulatedAnswer) -> Item:
    thought = {"type": "reasoning_text", "text": "".join(answer.reasoning)}
    return {
        "type": "reasoning",
        "id": item_id,
        "status": "completed",
        "summary": [],
        "content": [thought],
    }


def _message(item_id: str, answer: SimulatedAnswer) -> Item:
    is_cut = answer.finish_reason in INCOMPLETE
    text = "".join(answer.pieces)
    return {
        "type": "message",
        "id": item_id,
        "role": "assistant",
        "status": "incomplete" if is_cut else "completed",
        "content": [{"type": "output_text", "text": text, "annotations": [], "logprobs": []}],
    }


def _function_call(item_id: str, tool_call: dict[str, Any]) -> Item:
    function = tool_call["function"]
    return {
        "type": "function_call",
        "id": item_id,
        "call_id": tool_call["id"],
        "name": function["name"],
        "arguments": function["arguments"],
        "status": "completed",
    }


def _picture(item_id: str, image: dict[str, Any]) -> Item:
    _, _, data = image["image_url"]["url"].partition("base64,")
    return {
        "type": "image_generation_call",
        "id": item_id,
        "status": "completed",
        "result": data,
    }
