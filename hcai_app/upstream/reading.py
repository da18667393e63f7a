"""What we read in a provider's answer: generation id, model, usage and error, and nothing else.

Everything is read leniently: figures may be null, absent, strings or beyond 64 bits; what cannot be
understood counts as not told. Source: openrouter-api reference, sections 4 to 6.
"""

from dataclasses import dataclass
from typing import Any

import msgspec

from hcai_app import money
from hcai_app.services.calls import Usage

MAX_TOKENS = 2**53
MAX_TEXT = 200
# Where the usage of a cut-out piece of JSON is looked for.
USAGE_KEYS = (b'"usage":', b'"usage" :')


class _Members(msgspec.Struct):
    """The members of an answer, or of a chunk, that we look at; the rest is skipped unparsed."""

    id: msgspec.Raw = msgspec.Raw()
    model: msgspec.Raw = msgspec.Raw()
    usage: msgspec.Raw = msgspec.Raw()
    error: msgspec.Raw = msgspec.Raw()
    choices: msgspec.Raw = msgspec.Raw()


_members = msgspec.json.Decoder(_Members)


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer or a chunk tells; None: it does not."""

    generation_id: str | None = None
    model: str | None = None
    usage: Usage | None = None
    error: Any = None  # the `error` member as it stands
    has_choices: bool = False


def read(data: bytes | bytearray) -> Reading | None:
    """Read a JSON object; None when it is none."""
    try:
        members = _members.decode(data)
        return Reading(
            _text(members.id),
            _text(members.model),
            usage_of(_value(members.usage)),
            _value(members.error),
            bytes(members.choices) not in (b"", b"null", b"[]"),
        )
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None


def usage_of(value: Any) -> Usage | None:
    """Read a usage object; None when there is none."""
    if not isinstance(value, dict) or not value:
        return None
    return Usage(
        prompt_tokens=_count(value.get("prompt_tokens")),
        completion_tokens=_count(value.get("completion_tokens")),
        reasoning_tokens=_detail(value, "completion_tokens_details", "reasoning_tokens"),
        cached_tokens=_detail(value, "prompt_tokens_details", "cached_tokens"),
        total_tokens=_total(value),
        cost_nanousd=_cost(value),
    )


def find_usage(piece: bytes) -> Usage | None:
    """Find the last usage object in a piece that was cut out of a larger JSON text."""
    for key in USAGE_KEYS:
        start = piece.rfind(key)
        if start >= 0:
            return usage_of(_first_object(piece[start + len(key) :]))
    return None


def _first_object(text: bytes) -> Any:
    """Return the JSON object that the text begins with; None when it is not whole."""
    depth = 0
    for end, byte in enumerate(text):
        if byte == 0x7B:
            depth += 1
        elif byte == 0x7D:
            depth -= 1
            if depth == 0:
                return _value(msgspec.Raw(text[: end + 1]))
    return None


def _value(raw: msgspec.Raw) -> Any:
    data = bytes(raw)
    if not data:
        return None
    try:
        return msgspec.json.decode(data)
    except msgspec.DecodeError:
        return None


def _text(raw: msgspec.Raw) -> str | None:
    value = _value(raw)
    if not isinstance(value, str) or not value or len(value) > MAX_TEXT or not value.isprintable():
        return None
    return value


def _count(value: Any) -> int:
    try:
        return max(0, min(int(float(value)), MAX_TOKENS))
    except (TypeError, ValueError, OverflowError):
        return 0


def _detail(usage: dict[str, Any], group: str, name: str) -> int:
    details = usage.get(group)
    return _count(details.get(name)) if isinstance(details, dict) else 0


def _total(usage: dict[str, Any]) -> int:
    total = _count(usage.get("total_tokens"))
    return total or _count(usage.get("prompt_tokens")) + _count(usage.get("completion_tokens"))


def _cost(usage: dict[str, Any]) -> int | None:
    """Return the charge; on the account's own provider key (BYOK) the provider's is added."""
    fee = _amount(usage.get("cost"))
    if fee is None:
        return None
    details = usage.get("cost_details")
    upstream = (
        _amount(details.get("upstream_inference_cost")) if isinstance(details, dict) else None
    )
    return fee + (upstream or 0) if usage.get("is_byok") else fee


def _amount(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        return max(0, money.to_nanousd(value))
    except ValueError:
        return None


def generation_of(data: dict[str, Any]) -> tuple[str | None, Usage]:
    """Read the answer of `/generation`: the model, and the figures that are billed."""
    prompt = _count(data.get("native_tokens_prompt", data.get("tokens_prompt")))
    completion = _count(data.get("native_tokens_completion", data.get("tokens_completion")))
    cost = _amount(data.get("total_cost")) or 0
    if data.get("is_byok"):
        cost += _amount(data.get("upstream_inference_cost")) or 0
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
