"""JSON of others, read leniently: what is not of the expected kind counts as empty."""

from typing import Any, cast


def members_of(value: Any) -> dict[str, Any]:
    """Return the members of a JSON object; of anything else none."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def items_of(value: Any) -> list[Any]:
    """Return the items of a JSON list; of anything else none."""
    return cast("list[Any]", value) if isinstance(value, list) else []
