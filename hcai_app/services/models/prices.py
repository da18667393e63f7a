"""A model's prices, and what a call's tokens may cost by them."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from hcai_app import money
from hcai_app.loose_json import members_of

Model = dict[str, Any]
# Estimates for a model of unknown price: dearer than most, in nano-dollars a token.
FALLBACK_PROMPT = 10_000
FALLBACK_COMPLETION = 30_000
OTHER_OUTPUT = ("image_output", "audio_output", "internal_reasoning")
# Dearer than any image or request; more is a broken figure.
MAX_PRICE_USD = 1_000
MAX_ASSUMED_OUTPUT = 8_192
# No model writes more; a larger `max_tokens` would make a figure that no column holds.
MAX_OUTPUT = 1_000_000
BYTES_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Prices:
    """A model's prices, in nano-dollars a unit."""

    prompt: int = FALLBACK_PROMPT
    completion: int = FALLBACK_COMPLETION
    request: int = 0
    max_output: int = 0  # tokens; 0: unknown
    context: int = 0  # tokens; 0: unknown


def estimate(
    prices: Prices,
    *,
    body_bytes: int,
    max_tokens: int | None,
    answers: int = 1,
    more_tokens: int = 0,
    min_output: int = 0,
) -> int:
    """Return what a call's tokens may cost, in nano-dollars."""
    prompt_tokens = body_bytes // BYTES_PER_TOKEN + 1 + more_tokens
    if prices.context:
        prompt_tokens = min(prompt_tokens, prices.context)
    output_tokens = MAX_ASSUMED_OUTPUT if max_tokens is None else min(max_tokens, MAX_OUTPUT)
    output_tokens = max(output_tokens, min_output)
    if prices.max_output:
        output_tokens = min(output_tokens, prices.max_output)
    cost = prompt_tokens * prices.prompt + answers * output_tokens * prices.completion
    return max(1, cost + prices.request)


def prices_from(model: Model) -> Prices:
    """Read a catalog entry's prices; what is missing or dynamic (-1) takes the fallback."""
    pricing = members_of(model.get("pricing"))
    top = members_of(model.get("top_provider"))
    completion = _price(pricing.get("completion"), FALLBACK_COMPLETION)
    return Prices(
        prompt=_price(pricing.get("prompt"), FALLBACK_PROMPT),
        completion=max(completion, *(_price(pricing.get(name), 0) for name in OTHER_OUTPUT)),
        request=_price(pricing.get("request"), 0),
        max_output=_whole(top.get("max_completion_tokens")),
        context=_whole(model.get("context_length")),
    )


def _price(value: Any, fallback: int) -> int:
    """Return nano-dollars a unit, rounded up so that no price becomes nothing."""
    try:
        price = Decimal(str(value))
    except InvalidOperation:
        return fallback
    is_price = price.is_finite() and 0 <= price < MAX_PRICE_USD
    return int((price * money.NANO).to_integral_value("ROUND_CEILING")) if is_price else fallback


def _whole(value: Any) -> int:
    is_whole = isinstance(value, int) and not isinstance(value, bool) and value > 0
    return value if is_whole else 0
