"""What we read in a provider's answer: generation id, model, usage and error, and nothing else.

Everything is read leniently: figures may be null, absent, strings or beyond 64 bits; what cannot be
understood counts as not told. Source: openrouter-api reference, sections 4 to 6.
"""

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

import msgspec

from hcai_app import money
from hcai_app.lenient import items_of, members_of
from hcai_app.services.calls import Usage

MAX_TOKENS = 2**53
MAX_TEXT = 200
# How the usage is found in a cut-out piece of JSON, and how long it may be there.
USAGE_KEY = b'"usage"'
OBJECT_FOLLOWS = re.compile(r"\s*:\s*(?=\{)")
# Where the names stand in the beginning of an answer: before the choices, which have ids, too.
MAX_HEAD_BYTES = 64 * 1024
CHOICES_KEY = b'"choices"'
NAMES = {name: re.compile(rb'"%b"\s*:\s*("[^"]*")' % name.encode()) for name in ("id", "model")}
MAX_USAGE_BYTES = 16 * 1024


class _Members(msgspec.Struct):
    """The members of an answer, or of a chunk, that we look at; the rest is skipped unparsed."""

    id: msgspec.Raw = msgspec.Raw()
    model: msgspec.Raw = msgspec.Raw()
    usage: msgspec.Raw = msgspec.Raw()
    error: msgspec.Raw = msgspec.Raw()
    choices: msgspec.Raw = msgspec.Raw()


Count = Annotated[int, msgspec.Meta(ge=0, le=MAX_TOKENS)]


class _Details(msgspec.Struct):
    """The details of a well-formed usage object, wherever they stand."""

    reasoning_tokens: Count = 0
    cached_tokens: Count = 0
    upstream_inference_cost: Decimal | None = None


class _Figures(msgspec.Struct):
    """A well-formed usage object."""

    total_tokens: Count
    prompt_tokens: Count = 0
    completion_tokens: Count = 0
    cost: Decimal | None = None
    is_byok: bool = False
    prompt_tokens_details: _Details | None = None
    completion_tokens_details: _Details | None = None
    cost_details: _Details | None = None


class _WellFormed(msgspec.Struct):
    """What nearly every answer is: read in one go, many times faster than member by member."""

    id: str
    model: str
    usage: _Figures
    choices: msgspec.Raw
    error: None = None


_scanner = json.JSONDecoder()
_members = msgspec.json.Decoder(_Members)
_well_formed = msgspec.json.Decoder(_WellFormed)
_NO_DETAILS = _Details()


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer or a chunk tells; None: it does not."""

    generation_id: str | None = None
    model: str | None = None
    usage: Usage | None = None
    error: Any = None  # the `error` member as it stands
    has_choices: bool = False
    has_failed: bool = False  # a choice ended in an error


def read(data: bytes | bytearray) -> Reading | None:
    """Read a JSON object; None when it is none."""
    try:
        return _read_well_formed(_well_formed.decode(data))
    except (msgspec.DecodeError, ValueError, RecursionError):
        return _read_leniently(data)


def _read_well_formed(answer: _WellFormed) -> Reading:
    usage = answer.usage
    completion = usage.completion_tokens_details or _NO_DETAILS
    prompt = usage.prompt_tokens_details or _NO_DETAILS
    cost = None if usage.cost is None else max(0, money.to_nanousd(usage.cost))
    upstream = (usage.cost_details or _NO_DETAILS).upstream_inference_cost
    if cost is not None and usage.is_byok and upstream is not None:
        cost += max(0, money.to_nanousd(upstream))
    figures = Usage(
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        reasoning_tokens=completion.reasoning_tokens,
        cached_tokens=prompt.cached_tokens,
        total_tokens=usage.total_tokens or usage.prompt_tokens + usage.completion_tokens,
        cost_nanousd=cost,
    )
    return Reading(
        _name(answer.id),
        _name(answer.model),
        figures,
        None,
        _has_items(answer.choices),
        _has_failed(answer.choices),
    )


def _read_leniently(data: bytes | bytearray) -> Reading | None:
    try:
        members = _members.decode(data)
        return Reading(
            _text(members.id),
            _text(members.model),
            usage_of(_value(members.usage)),
            _value(members.error),
            _has_items(members.choices),
            _has_failed(members.choices),
        )
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None


def read_head(piece: bytes) -> Reading:
    """Read the beginning of a JSON object too large to be read whole."""
    head = piece[:MAX_HEAD_BYTES].split(CHOICES_KEY, 1)[0]
    names = {name: NAMES[name].search(head) for name in NAMES}
    texts = {name: _text(msgspec.Raw(found[1])) for name, found in names.items() if found}
    return Reading(texts.get("id"), texts.get("model"), find_usage(piece))


def usage_of(value: Any) -> Usage | None:
    """Read a usage object; None when there is none."""
    usage = members_of(value)
    if not usage:
        return None
    return Usage(
        prompt_tokens=_count(usage.get("prompt_tokens")),
        completion_tokens=_count(usage.get("completion_tokens")),
        reasoning_tokens=_detail(usage, "completion_tokens_details", "reasoning_tokens"),
        cached_tokens=_detail(usage, "prompt_tokens_details", "cached_tokens"),
        total_tokens=_total(usage),
        cost_nanousd=_cost(usage),
    )


def find_usage(piece: bytes) -> Usage | None:
    """Find the last whole usage object in a piece that was cut out of a larger JSON text."""
    end = len(piece)
    while (start := piece.rfind(USAGE_KEY, 0, end)) >= 0:
        after = start + len(USAGE_KEY)
        usage = usage_of(_object_in(piece[after : after + MAX_USAGE_BYTES]))
        if usage is not None:
            return usage
        end = start
    return None


def _object_in(text: bytes) -> Any:
    """Return the JSON object that is the value of the member just named; None when it is not."""
    shown = text.decode(errors="replace")
    opening = OBJECT_FOLLOWS.match(shown)
    if opening is None:
        return None
    try:
        return _scanner.raw_decode(shown, opening.end())[0]
    except (ValueError, RecursionError):
        return None


def _value(raw: msgspec.Raw) -> Any:
    data = bytes(raw)
    if not data:
        return None
    try:
        return msgspec.json.decode(data)
    except msgspec.DecodeError:
        return None


def _has_items(choices: msgspec.Raw) -> bool:
    return bytes(choices) not in (b"", b"null", b"[]")


def _has_failed(choices: msgspec.Raw) -> bool:
    """Tell whether a choice ended in an error, which the provider does not bill."""
    if b'"error"' not in bytes(choices):
        return False
    ends = map(members_of, items_of(_value(choices)))
    return any(end.get("error") or end.get("finish_reason") == "error" for end in ends)


def _text(raw: msgspec.Raw) -> str | None:
    value = _value(raw)
    return _name(value) if isinstance(value, str) else None


def _name(value: str) -> str | None:
    return value if value and len(value) <= MAX_TEXT and value.isprintable() else None


def _count(value: Any) -> int:
    try:
        return max(0, min(int(float(value)), MAX_TOKENS))
    except (TypeError, ValueError, OverflowError):
        return 0


def _detail(usage: dict[str, Any], group: str, name: str) -> int:
    return _count(members_of(usage.get(group)).get(name))


def _total(usage: dict[str, Any]) -> int:
    total = _count(usage.get("total_tokens"))
    return total or _count(usage.get("prompt_tokens")) + _count(usage.get("completion_tokens"))


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
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        return max(0, money.to_nanousd(value))
    except ValueError:
        return None


def generation_of(data: dict[str, Any]) -> tuple[str | None, Usage] | None:
    """Read the answer of `/generation`: the model, and what is billed; None while no cost is told.

    The native counts are what is billed; the normalised ones stand in where those are missing.
    """
    cost = _amount(data.get("total_cost"))
    if cost is None:
        return None
    if _is_true(data.get("is_byok")):
        cost += _amount(data.get("upstream_inference_cost")) or 0
    prompt = _count(_first_told(data, "native_tokens_prompt", "tokens_prompt"))
    completion = _count(_first_told(data, "native_tokens_completion", "tokens_completion"))
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


def _first_told(data: dict[str, Any], *names: str) -> Any:
    return next((data[name] for name in names if data.get(name) is not None), None)
