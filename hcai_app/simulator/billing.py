"""What a call costs: tokens counted by bytes, prices multiplied as exact decimals."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hcai_app.simulator.calls import Call
from hcai_app.simulator.listings import Listing
from hcai_app.simulator.scenarios import Scenario

BYTES_PER_TOKEN = 4
TOKENS_PER_MEDIA_PART = 258
TOKENS_PER_IMAGE = 1290
BYOK_FEE = Decimal("0.05")
NOTHING = (Decimal(0), None)


@dataclass(frozen=True, slots=True)
class Bill:
    """The amounts of one call in USD."""

    prompt: Decimal
    completion: Decimal
    cost: Decimal
    upstream: Decimal | None


def tokens_of_bytes(size: int) -> int:
    """Count tokens: one for every four bytes begun."""
    return -(-size // BYTES_PER_TOKEN)


def tokens_of(text: str) -> int:
    """Count the tokens of a text by its UTF-8 bytes."""
    return tokens_of_bytes(len(text.encode("utf-8", "surrogatepass")))


def charge(call: Call, listing: Listing, scenario: Scenario) -> Bill:
    """Compute the bill and write it on the call."""
    spoken = max(call.completion_tokens - call.image_tokens, 0)
    prompt = call.prompt_tokens * listing.price("prompt") + listing.price("request")
    completion = spoken * listing.price("completion")
    completion += call.image_tokens * listing.price("image_output")
    total = prompt + completion
    cost, upstream = (total * BYOK_FEE, total) if scenario.byok else (total, None)
    if scenario.cost:
        cost = Decimal(scenario.cost)
    call.cost, call.upstream_cost = cost, upstream
    return Bill(prompt, completion, cost, upstream)


def usage_json(call: Call, bill: Bill, form: str) -> dict[str, Any] | None:
    """Build the usage object in one of the forms that a scenario can ask for."""
    usage: dict[str, Any] = {
        "prompt_tokens": call.prompt_tokens,
        "completion_tokens": call.completion_tokens,
        "total_tokens": call.prompt_tokens + call.completion_tokens,
        "cost": bill.cost,
        "is_byok": bill.upstream is not None,
        "prompt_tokens_details": {
            "cached_tokens": 0,
            "cache_write_tokens": 0,
            "audio_tokens": 0,
            "video_tokens": 0,
        },
        "cost_details": {
            "upstream_inference_cost": bill.upstream,
            "upstream_inference_prompt_cost": bill.prompt,
            "upstream_inference_completions_cost": bill.completion,
            "server_tool_cost": None,
        },
        "completion_tokens_details": {
            "reasoning_tokens": call.reasoning_tokens,
            "image_tokens": call.image_tokens,
            "audio_tokens": 0,
        },
    }
    return _in_form(usage, form)


def _in_form(usage: dict[str, Any], form: str) -> dict[str, Any] | None:
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
