"""Strict parsing of guarded members, so that no two parsers see different values."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from hcai_app.errors import InvalidRequest
from hcai_app.loose_json import items_of, members_of

Member = tuple[str, Any]
# Parsing builds an object for each part of a value, and blocks the event loop meanwhile.
MAX_PARTS = 500_000
# A value of fewer bytes cannot hold so many that it matters.
FEW_BYTES = 128 * 1024


class _NamedTwice(ValueError):
    pass


def _object(pairs: list[Member]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        # Of duplicate keys parsers keep the first or the last: we must check the one that is used.
        raise _NamedTwice
    return members


_strict = json.JSONDecoder(object_pairs_hook=_object)


def read(raw: msgspec.Raw, param: str) -> Any:
    """Return a member's value.

    Raises:
        InvalidRequest: When it cannot be read, is too large, or names something twice.
    """
    check_parts(raw, param)
    try:
        return _strict.decode(bytes(raw).decode())
    except _NamedTwice:
        raise InvalidRequest(f"`{param}` gives the same name twice.", param=param) from None
    except (ValueError, RecursionError):
        raise InvalidRequest(f"`{param}` cannot be read.", param=param) from None


def check_parts(raw: msgspec.Raw, param: str) -> None:
    """Refuse a value that is expensive to parse.

    Raises:
        InvalidRequest: When there are too many parts in it.
    """
    text = memoryview(raw)
    if len(text) <= FEW_BYTES:
        return
    copy = bytes(text)
    if sum(copy.count(mark) for mark in (b",", b"[", b"{")) > MAX_PARTS:
        raise InvalidRequest(f"`{param}` has too many parts to be checked.", param=param)


def members_within(value: Any, opaque: frozenset[str] = frozenset()) -> Iterator[Member]:
    """Yield every member in a value, at any depth; of the opaque ones only themselves."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        waiting += items_of(part)
        for name, inner in members_of(part).items():
            yield name, inner
            if name not in opaque:
                waiting.append(inner)
