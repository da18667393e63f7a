"""Strict parsing of guarded members, so that no two parsers see different values."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from hcai_app.api.proxy.body_bounds import PIECE
from hcai_app.errors import InvalidRequest
from hcai_app.loose_json import items_of, members_of

Member = tuple[str, Any]
# Parsing builds an object for each part of a value, and blocks the event loop meanwhile. All values
# that are parsed of one body have no more parts, and none has more bytes.
MAX_PARTS = 20_000
MAX_BYTES = 16 * 1024 * 1024
# A list of so many parts is split without being parsed.
MAX_SPLIT_PARTS = 200_000


class _NamedTwice(ValueError):
    pass


def _object(pairs: list[Member]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        # Of duplicate keys parsers keep the first or the last: we must check the one that is used.
        raise _NamedTwice
    return members


_strict = json.JSONDecoder(object_pairs_hook=_object)


class Reader:
    """Parses members of one body, within bounds that hold for all of them together."""

    def __init__(self) -> None:
        self._left = MAX_PARTS
        self.values: dict[str, Any] = {}  # what was read, by the member's name

    def read(self, raw: msgspec.Raw, param: str, most: int = MAX_PARTS) -> Any:
        """Return a member's value of so many parts at most.

        Raises:
            InvalidRequest: When it cannot be read, is too large, or names something twice.
        """
        parts = parts_of(raw)
        self._left -= parts
        if parts > most or self._left < 0 or len(memoryview(raw)) > MAX_BYTES:
            raise too_many_parts(param)
        try:
            value = self.values[param] = _strict.decode(bytes(raw).decode())
            return value
        except _NamedTwice:
            raise InvalidRequest(f"`{param}` gives the same name twice.", param=param) from None
        except (ValueError, RecursionError):
            raise InvalidRequest(f"`{param}` cannot be read.", param=param) from None


def parts_of(raw: msgspec.Raw) -> int:
    """Return how many parts a value has at most, counted piece by piece."""
    text, parts = memoryview(raw), 0
    for at in range(0, len(text), PIECE):
        piece = bytes(text[at : at + PIECE])
        parts += piece.count(b",") + piece.count(b"[") + piece.count(b"{")
    return parts


def too_many_parts(param: str) -> InvalidRequest:
    """Return the refusal of a value that is expensive to parse."""
    return InvalidRequest(
        f"`{param}` has too many parts to be checked: send less of it.", param=param
    )


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
