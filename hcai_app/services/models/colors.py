"""The chart color of each model, the same on every page."""

import zlib
from collections.abc import Iterable

from hcai_app.settings import load_settings

CHART_COLORS = 9
OTHER = -1  # the index of what has no color of its own


def model_color_index(model: str) -> int:
    """Return the chart color, from 0, that a model has on every page and over every time range.

    The configured models take the colours in turn, others one that follows from their name.
    """
    settings = load_settings()
    listed = settings.models
    if model in listed:
        return listed.index(model) % CHART_COLORS
    return zlib.crc32(model.encode()) % CHART_COLORS


def color_indexes(names: Iterable[str]) -> dict[str, int]:
    """Return the colours of what one chart shows together: each its own while there are enough.

    Of two names with the same color the configured one keeps it, then the first by the alphabet.
    """
    settings = load_settings()
    listed = settings.models
    place = {name: number for number, name in enumerate(listed)}
    chosen: dict[str, int] = {}
    for name in sorted(set(names), key=lambda name: (place.get(name, len(listed)), name)):
        wanted = model_color_index(name)
        turns = [(wanted + step) % CHART_COLORS for step in range(CHART_COLORS)]
        chosen[name] = next((it for it in turns if it not in chosen.values()), OTHER)
    return chosen


def color_of(index: int) -> str:
    """Return the CSS value of a chart color."""
    return f"var(--chart-{'other' if index == OTHER else index + 1})"
