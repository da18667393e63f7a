"""Lenient decoding of JSON from others: a value of the wrong type counts as empty."""

import json
from typing import Any, cast

import msgspec


def read_json(data: bytes) -> Any:
    """Return the decoded JSON text; None when it is invalid.

    A lone surrogate, as in a text cut within an emoji, becomes a question mark.
    """
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _read_odd_json(data)


def _read_odd_json(data: bytes) -> Any:
    try:
        shown = json.dumps(json.loads(data, strict=False), ensure_ascii=False)
        return json.loads(shown.encode(errors="replace"), strict=False)
    except (ValueError, RecursionError):
        return None


def members_of(value: Any) -> dict[str, Any]:
    """Return the members of a JSON object; empty for other values."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def items_of(value: Any) -> list[Any]:
    """Return the items of a JSON list; empty for other values."""
    return cast("list[Any]", value) if isinstance(value, list) else []
