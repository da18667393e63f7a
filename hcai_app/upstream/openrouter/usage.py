"""Parses usage (tokens, cost) in every form: chat, Responses, Messages, `/generation`.

Parsing is lenient: figures may be null, absent, strings or beyond 64 bits; a malformed one counts
as missing. Source: the API references of OpenRouter, OpenAI and Anthropic.
"""

import json
import re
from decimal import Decimal
from typing import Annotated, Any

import msgspec

from hcai_app import money
from hcai_app.loose_json import members_of
from hcai_app.services.call import Usage

MAX_TOKENS = 2**53
# nano-dollars; no call costs as much, so a larger figure is malformed and counts as missing.
MAX_COST = 1_000 * money.NANO
MAX_TEXT = 200
# How a usage object is found within a fragment of JSON, and its largest size.
USAGE_KEY = b'"usage"'
OBJECT_FOLLOWS = re.compile(r"\s*:\s*(?=\{)")
MAX_USAGE_BYTES = 16 * 1024

Count = Annotated[int, msgspec.Meta(ge=0, le=MAX_TOKENS)]


class Details(msgspec.Struct):
    """The details of a well-formed usage object, wherever they stand."""

    reasoning_tokens: Count = 0
    cached_tokens: Count = 0
    upstream_inference_cost: Decimal | None = None


class WholeUsage(msgspec.Struct):
    """A well-formed usage object of a chat completion, or of embeddings."""

    total_tokens: Count
    prompt_tokens: Count
    completion_tokens: Count = 0
    cost: Decimal | None = None
    is_byok: bool = False
    prompt_tokens_details: Details | None = None
    completion_tokens_details: Details | None = None
    cost_details: Details | None = None


_scanner = json.JSONDecoder()
_NO_DETAILS = Details()


def of_figures(usage: WholeUsage) -> Usage:
    """Return the usage in well-formed figures."""
    completion = usage.completion_tokens_details or _NO_DETAILS
    prompt = usage.prompt_tokens_details or _NO_DETAILS
    cost = _amount(usage.cost)
    if cost is not None and usage.is_byok:
        cost += _amount((usage.cost_details or _NO_DETAILS).upstream_inference_cost) or 0
    return Usage(
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        reasoning_tokens=completion.reasoning_tokens,
        cached_tokens=prompt.cached_tokens,
        total_tokens=usage.total_tokens or usage.prompt_tokens + usage.completion_tokens,
        cost_nanousd=cost,
    )


def usage_of(value: Any) -> Usage | None:
    """Read a usage object; None when there is none."""
    usage = members_of(value)
    if not usage:
        return None
    prompt, completion = _prompt(usage), _first_count(usage, "completion_tokens", "output_tokens")
    return Usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        reasoning_tokens=_detail(usage, "completion", "output", "reasoning_tokens"),
        cached_tokens=_detail(usage, "prompt", "input", "cached_tokens")
        or _count(usage.get("cache_read_input_tokens")),
        total_tokens=_count(usage.get("total_tokens")) or prompt + completion,
        cost_nanousd=_cost(usage),
    )


def merge_cumulative(before: Usage | None, now: Usage | None) -> Usage | None:
    """Merge the cumulative usage of a stream's events."""
    if before is None or now is None:
        return now or before
    prompt = max(before.prompt_tokens, now.prompt_tokens)
    completion = max(before.completion_tokens, now.completion_tokens)
    return Usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        reasoning_tokens=max(before.reasoning_tokens, now.reasoning_tokens),
        cached_tokens=max(before.cached_tokens, now.cached_tokens),
        total_tokens=prompt + completion,
        cost_nanousd=before.cost_nanousd if now.cost_nanousd is None else now.cost_nanousd,
    )


def find_usage(piece: bytes) -> Usage | None:
    """Find the last complete usage object in a fragment of JSON."""
    end = len(piece)
    while (start := piece.rfind(USAGE_KEY, 0, end)) >= 0:
        after = start + len(USAGE_KEY)
        usage = usage_of(_object_in(piece[after : after + MAX_USAGE_BYTES]))
        if usage is not None:
            return usage
        end = start
    return None


def generation_of(data: dict[str, Any]) -> tuple[str | None, Usage] | None:
    """Parse the answer of `/generation`: model and billed usage; None while it has no cost.

    Native token counts are billed; normalised ones are the fallback.
    """
    cost = _amount(data.get("total_cost"))
    if cost is None:
        return None
    if _is_true(data.get("is_byok")):
        cost += _amount(data.get("upstream_inference_cost")) or 0
    prompt = _first_count(data, "native_tokens_prompt", "tokens_prompt")
    completion = _first_count(data, "native_tokens_completion", "tokens_completion")
    usage = Usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        reasoning_tokens=_count(data.get("native_tokens_reasoning")),
        cached_tokens=_count(data.get("native_tokens_cached")),
        total_tokens=prompt + completion,
        cost_nanousd=cost,
    )
    model = data.get("model")
    return (model if isinstance(model, str) and len(model) <= MAX_TEXT else None), usage


def _object_in(text: bytes) -> Any:
    """Decode the JSON object that follows a member's name; None when none does."""
    shown = text.decode(errors="replace")
    opening = OBJECT_FOLLOWS.match(shown)
    if opening is None:
        return None
    try:
        return _scanner.raw_decode(shown, opening.end())[0]
    except (ValueError, RecursionError):
        return None


def _prompt(usage: dict[str, Any]) -> int:
    """Return the prompt's tokens; Anthropic's form counts what came from its cache apart."""
    cached = _count(usage.get("cache_read_input_tokens"))
    written = _count(usage.get("cache_creation_input_tokens"))
    return _first_count(usage, "prompt_tokens", "input_tokens") + cached + written


def _first_count(data: dict[str, Any], *names: str) -> int:
    """Return the first figure that is present."""
    return _count(next((data[name] for name in names if data.get(name) is not None), None))


def _count(value: Any) -> int:
    try:
        return max(0, min(int(float(value)), MAX_TOKENS))
    except (TypeError, ValueError, OverflowError):
        return 0


def _detail(usage: dict[str, Any], group: str, other: str, name: str) -> int:
    details = usage.get(f"{group}_tokens_details") or usage.get(f"{other}_tokens_details")
    return _count(members_of(details).get(name))


def _cost(usage: dict[str, Any]) -> int | None:
    """Return the charge; on the account's own provider key (BYOK) the provider's is added."""
    fee = _amount(usage.get("cost"))
    if fee is None:
        return None
    upstream = _amount(members_of(usage.get("cost_details")).get("upstream_inference_cost"))
    return fee + (upstream or 0) if _is_true(usage.get("is_byok")) else fee


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"


def _amount(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return None
    try:
        amount = money.to_nanousd(value)
    except ValueError:
        return None
    return max(0, amount) if amount < MAX_COST else None
