"""Server-sent events, taken apart for the assertions."""

from typing import Any

import msgspec


def events(text: str) -> list[dict[str, Any]]:
    """Parse the data lines of a stream."""
    lines = [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")]
    return [msgspec.json.decode(line) for line in lines if line != "[DONE]"]


def names(text: str) -> list[str]:
    """Return what the event lines of a stream say."""
    start = "event: "
    return [line.removeprefix(start) for line in text.splitlines() if line.startswith(start)]
