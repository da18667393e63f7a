"""Parses the provider's answers for generation id, model, usage and error, and nothing else.

Whole answers of every kind and the chunks of a chat stream have them as top-level members; the
events of other streams are parsed in `dialects.py`. Parsing is lenient: a malformed figure counts
as missing. Source: OpenRouter's API reference, chat completions, streaming and errors.
"""

import json
import re
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from hcai_app.loose_json import items_of, members_of, read_json
from hcai_app.services.call import Usage
from hcai_app.upstream.openrouter import usage as usage_reading
from hcai_app.upstream.openrouter.usage import MAX_TEXT, WholeUsage, find_usage, usage_of

# Parsing more than this would hold up the event loop: it is searched for what it says.
MAX_PARSED_BYTES = 256 * 1024
# Id and model are searched for in the head of an answer, before its content, which has ids, too.
MAX_HEAD_BYTES = 64 * 1024
MAX_END_BYTES = 2 * 1024
CONTENT_KEYS = re.compile(rb'"(?:choices|output|content|data)"\s*:\s*\[')
NAMES = {name: re.compile(rb'"%b"\s*:\s*("[^"]*")' % name.encode()) for name in ("id", "model")}
# An error, or a choice that ended in one. No text holds the key: its quotes would be escaped.
ERROR_KEY = b'"error"'
NO_ERROR = re.compile(rb'"error"\s*+:\s*+null\b')
# So many quotes are looked at one by one, before what remains is searched as a whole.
MAX_QUOTES = 500
NOTHING = msgspec.Raw()
# A member that tells something is smaller; a larger one counts as missing.
MAX_MEMBER_BYTES = 1024 * 1024


class Members(msgspec.Struct):
    """The members of an answer or chunk that are parsed; the rest is skipped."""

    id: msgspec.Raw = NOTHING
    model: msgspec.Raw = NOTHING
    usage: msgspec.Raw = NOTHING
    error: msgspec.Raw = NOTHING
    error_type: msgspec.Raw = NOTHING  # beside the error of a failed response
    choices: msgspec.Raw = NOTHING
    output: msgspec.Raw = NOTHING
    content: msgspec.Raw = NOTHING
    data: msgspec.Raw = NOTHING


class _WellFormed(msgspec.Struct):
    """The usual answer, decoded in one step: many times faster than member by member."""

    id: str
    model: str
    usage: WholeUsage
    choices: msgspec.Raw = NOTHING
    data: msgspec.Raw = NOTHING
    error: None = None


_members = msgspec.json.Decoder(Members)
_well_formed = msgspec.json.Decoder(_WellFormed)


@dataclass(frozen=True, slots=True)
class Reading:
    """The facts in an answer, chunk or event; None: not in it."""

    generation_id: str | None = None
    model: str | None = None
    usage: Usage | None = None
    error: Any = None  # the `error` member as it stands
    has_content: bool = False  # choices, or whatever the answer is about
    has_failed: bool = False  # a choice ended in an error
    is_end: bool = False  # of a stream that has an event for that


def read(data: bytes | bytearray) -> Reading | None:
    """Read a JSON object; None when it is none."""
    try:
        return _read_well_formed(_well_formed.decode(data))
    except (msgspec.DecodeError, ValueError, RecursionError):
        members = members_in(data)
        return None if members is None else reading_of(members)


def _read_well_formed(answer: _WellFormed) -> Reading:
    return Reading(
        name(answer.id),
        name(answer.model),
        usage_reading.of_figures(answer.usage),
        None,
        _has_items(answer.choices) or _has_items(answer.data),
        _has_failed(answer.choices),
    )


def members_in(data: bytes | bytearray | msgspec.Raw) -> Members | None:
    """Decode the members of a JSON object; None when it is no object."""
    try:
        return _members.decode(data)
    except msgspec.ValidationError:
        return None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return _members_of_odd_json(bytes(data))


def _members_of_odd_json(data: bytes) -> Members | None:
    """Decode JSON that only a strict parser refuses, such as a lone surrogate."""
    value = read_json(data)
    if not isinstance(value, dict):
        return None
    found = members_of(value)
    parts = {name: found[name] for name in Members.__struct_fields__ if found.get(name) is not None}
    return Members(**{name: msgspec.Raw(json.dumps(part).encode()) for name, part in parts.items()})


def reading_of(members: Members, *, is_end: bool = False) -> Reading:
    """Return the facts in the members."""
    contents = (members.choices, members.output, members.content, members.data)
    return Reading(
        _text(members.id),
        _text(members.model),
        usage_of(value_of(members.usage)),
        _error(members),
        any(map(_has_items, contents)),
        _has_failed(members.choices),
        is_end,
    )


def read_large(data: bytes) -> Reading | None:
    """Search a large answer without parsing it; None when it has no usage."""
    head = read_head(data)
    if head.usage is None:
        return None
    last = NAMES["model"].search(data[-MAX_END_BYTES:])  # where embeddings have it
    model = head.model or (_text(msgspec.Raw(last[1])) if last else None)
    return replace(head, model=model, has_content=True)


def read_head(piece: bytes) -> Reading:
    """Search the head of a JSON object that is too large to parse."""
    head = CONTENT_KEYS.split(piece[:MAX_HEAD_BYTES], 1)[0]
    names = {field: NAMES[field].search(head) for field in NAMES}
    texts = {field: _text(msgspec.Raw(found[1])) for field, found in names.items() if found}
    return Reading(texts.get("id"), texts.get("model"), find_usage(piece))


def has_error(data: bytes) -> bool:
    """Return whether there is an error somewhere in a large answer.

    What is large, numbers or a picture, has few quotes, and those are found ten times faster than
    the key.
    """
    at = -1
    for _ in range(MAX_QUOTES):
        at = data.find(b'"', at + 1)
        if at < 0:
            return False
        if _is_error_at(data, at):
            return True
    while (at := data.find(ERROR_KEY, at + 1)) >= 0:
        if _is_error_at(data, at):
            return True
    return False


def ends_in_error(tail: bytes) -> bool:
    """Return whether an error stands at the very end of a large answer, behind its content."""
    return has_error(tail[-MAX_END_BYTES:])


def _is_error_at(data: bytes, at: int) -> bool:
    return data.startswith(ERROR_KEY, at) and NO_ERROR.match(data, at) is None


def value_of(raw: msgspec.Raw) -> Any:
    """Return a member's value; None when it is missing, huge or cannot be read."""
    return read_json(data) if 0 < len(data := bytes(raw)) <= MAX_MEMBER_BYTES else None


def name(value: str) -> str | None:
    """Return an id or model name that is safe in a header; None for any other text."""
    is_name = 0 < len(value) <= MAX_TEXT and value.isascii() and value.isprintable()
    return value if is_name else None


def _error(members: Members) -> Any:
    error, kind = value_of(members.error), value_of(members.error_type)
    if kind is None or not members_of(error):
        return error
    return {**error, "error_type": kind}


def _has_items(items: msgspec.Raw) -> bool:
    return bytes(memoryview(items)[:5]) not in (b"", b"null", b"[]")


def _has_failed(choices: msgspec.Raw) -> bool:
    """Tell whether a choice ended in an error, which the provider does not bill."""
    if b'"error"' not in bytes(choices):
        return False
    ends = map(members_of, items_of(read_json(bytes(choices))))
    return any(end.get("error") or end.get("finish_reason") == "error" for end in ends)


def _text(raw: msgspec.Raw) -> str | None:
    value = value_of(raw)
    return name(value) if isinstance(value, str) else None
