"""The objects of the Messages format: the message, its content blocks, its errors."""

from typing import Any

import msgspec

from hcai_app.simulator import errors, replies, usages
from hcai_app.simulator.answers import SimulatedAnswer
from hcai_app.simulator.exchanges import SimulatedExchange

STOP_REASONS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
}
# Thoughts are signed so that a client cannot forge them.
SIGNATURE = "c2ltdWxhdGVk"


def whole(exchange: SimulatedExchange, answer: SimulatedAnswer) -> dict[str, Any]:
    """Build the finished message."""
    return {
        **started(exchange),
        "content": blocks(answer),
        "stop_reason": stop_reason(answer.finish_reason),
        **usages.member(exchange, usages.messages),
    }


def started(exchange: SimulatedExchange) -> dict[str, Any]:
    """Build the empty message of a stream's start."""
    return {
        "id": exchange.call.id,
        "type": "message",
        "role": "assistant",
        "model": exchange.call.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "container": None,
        "provider": "Simulated",
    }


def failed(exchange: SimulatedExchange, code: int) -> dict[str, Any]:
    """Build the error object sent in place of a message."""
    error = replies.error_from(exchange.scenario, code)
    return errors.envelope(exchange.call.path, error, code)


def stop_reason(finish_reason: str) -> str:
    """Return the stop reason for a finish reason."""
    return STOP_REASONS.get(finish_reason, finish_reason)


def blocks(answer: SimulatedAnswer) -> list[dict[str, Any]]:
    """Build the content blocks: thinking, then text or a tool use."""
    thought = "".join(answer.reasoning)
    found: list[dict[str, Any]] = []
    if thought:
        found.append({"type": "thinking", "thinking": thought, "signature": SIGNATURE})
    if answer.tool_call:
        found.append(_tool_use(answer.tool_call))
    else:
        # Without `citations: null`, which `@ai-sdk/anthropic` takes for an invalid answer.
        found.append({"type": "text", "text": "".join(answer.pieces)})
    return found


def _tool_use(tool_call: dict[str, Any]) -> dict[str, Any]:
    function = tool_call["function"]
    return {
        "type": "tool_use",
        "id": tool_call["id"].replace("call_", "toolu_"),
        "name": function["name"],
        "input": msgspec.json.decode(function["arguments"]),
    }
