"""What an answer took and cost, in one line."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from hcai_app.ui.components.playground.store import counted, seconds, words

# Below, a pace would be chance.
FEWEST_TOKENS, SHORTEST_MS = 5, 50


@dataclass(frozen=True)
class TokenUse:
    """The tokens of an answer, and its price in dollars."""

    total: int
    completion: int
    reasoning: int
    cost: float


@dataclass(frozen=True)
class Taken:
    """How long an answer took, in milliseconds, and what it used."""

    firstMs: float  # noqa: N815 - the browser's names
    totalMs: float  # noqa: N815
    usage: TokenUse
    error: dict[str, Any]


def receipt(answer: Any, *more: Any) -> rx.Component:
    """Say what an answer took, as far as it is known."""
    taken = answer.to(Taken)
    usage, first, total = taken.usage, taken.firstMs, taken.totalMs
    writing = total - first
    is_steady = (usage.completion >= FEWEST_TOKENS) & (first > 0) & (writing > SHORTEST_MS)
    return rx.el.p(
        _part(usage.bool(), counted(usage.total, "token")),
        _part(usage.reasoning > 0, words("count", usage.reasoning), " of them thought"),
        _part(usage.cost >= 0, words("usd", usage.cost)),
        _part((first > 0) & ~taken.error.bool(), "first word after ", seconds(first)),
        _part(is_steady, round(usage.completion / writing * 1000), " tokens/s"),
        _part(total > 0, seconds(total), " in all"),
        *[rx.el.span(it) for it in more],
        class_name="play-receipt num",
    )


def _part(is_known: Any, *words: Any) -> rx.Component:
    return rx.cond(is_known, rx.el.span(*words))
