"""The `usage` member in each endpoint's format, malformed ones included.

A shape maps a call and its bill to the full object; the scenario may then remove parts of it.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hcai_app.simulator import billing
from hcai_app.simulator.billing import Bill
from hcai_app.simulator.calls import Call
from hcai_app.simulator.exchanges import SimulatedExchange

Usage = dict[str, Any]
Shape = Callable[[Call, Bill], Usage]


def member(exchange: SimulatedExchange, shape: Shape) -> dict[str, Any]:
    """Bill the call so far; return the response's usage member, if any."""
    scenario, call = exchange.scenario, exchange.call
    bill = billing.charge(call, exchange.listing, scenario)
    if scenario.usage == "none":
        return {}
    return {"usage": _in_form(shape(call, bill), scenario.usage)}


def chat(call: Call, bill: Bill) -> Usage:
    """Build the usage of /chat/completions and /images."""
    return {
        **embeddings(call, bill),
        "completion_tokens": call.completion_tokens,
        "completion_tokens_details": {
            "reasoning_tokens": call.reasoning_tokens,
            "image_tokens": call.image_tokens,
            "audio_tokens": 0,
        },
    }


def embeddings(call: Call, bill: Bill) -> Usage:
    """Build the usage of /embeddings, which has no completion."""
    return {
        "prompt_tokens": call.prompt_tokens,
        "total_tokens": call.prompt_tokens + call.completion_tokens,
        **_money(bill, "prompt", "completions"),
        "prompt_tokens_details": {
            "cached_tokens": 0,
            "cache_write_tokens": 0,
            "audio_tokens": 0,
            "video_tokens": 0,
        },
    }


def responses(call: Call, bill: Bill) -> Usage:
    """Build the usage of /responses."""
    return {
        "input_tokens": call.prompt_tokens,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": call.completion_tokens,
        "output_tokens_details": {"reasoning_tokens": call.reasoning_tokens},
        "total_tokens": call.prompt_tokens + call.completion_tokens,
        **_money(bill, "input", "output"),
    }


def messages(call: Call, bill: Bill) -> Usage:
    """Build the usage of a whole /messages response."""
    return {**streamed_messages(call, bill), **_money(bill, "prompt", "completions")}


def streamed_messages(call: Call, _bill: Bill) -> Usage:
    """Build the usage inside a /messages stream: tokens, no cost."""
    return {
        "input_tokens": call.prompt_tokens,
        "output_tokens": call.completion_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "service_tier": "standard",
    }


def ended_messages(call: Call, _bill: Bill) -> Usage:
    """Build the usage at a /messages stream's end: what its start left out."""
    return {"output_tokens": call.completion_tokens}


def _money(bill: Bill, prompt: str, completion: str) -> Usage:
    return {
        "cost": bill.cost,
        "is_byok": bill.upstream is not None,
        "cost_details": {
            "upstream_inference_cost": bill.upstream,
            f"upstream_inference_{prompt}_cost": bill.prompt,
            f"upstream_inference_{completion}_cost": bill.completion,
            "server_tool_cost": None,
        },
    }


def _in_form(usage: Usage, form: str) -> Usage | None:
    match form:
        case "null":
            return None
        case "no_cost":
            return {name: usage[name] for name in usage if name not in {"cost", "cost_details"}}
        case "nulls":
            return dict.fromkeys(usage)
        case "strings":
            return {
                name: str(value) if isinstance(value, int | Decimal) else value
                for name, value in usage.items()
            }
        case "zero":
            return {
                name: 0 if isinstance(usage[name], int | Decimal) else usage[name] for name in usage
            }
    return usage
