"""What an answer says that is neither text nor picture: a line for each kind of it."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from hcai_app.ui.components.playground.store import (
    File,
    ToolCall,
    UsageView,
    counted,
    words,
)

RUNNING = ("company runs it", "companies run it")


@dataclass(frozen=True)
class Made:
    """One of what an answer lists: a vector, or a model."""

    embedding: list[float]
    architecture: dict[str, Any]


@dataclass(frozen=True)
class ToldFigures:
    """What is told of a key, of a call or of a model."""

    limit: float
    limit_remaining: float
    total_cost: float
    endpoints: list[dict[str, Any]]


@dataclass(frozen=True)
class Moderated:
    """What a moderator thinks of one text."""

    flagged: bool
    categories: dict[str, bool]


@dataclass(frozen=True)
class Body:
    """The JSON that came last."""

    data: list[Made]
    results: list[Moderated]
    totalRequests: int  # noqa: N815 - the API's names
    totalTokens: int  # noqa: N815


@dataclass(frozen=True)
class Known:
    """What a run has brought."""

    text: str
    images: list[File]
    calls: list[ToolCall]
    body: Body
    usage: UsageView


def note(known: Any) -> rx.Component:
    """Put what an answer says into words."""
    body = known.body
    first, told = body.data[0], body.data.to(ToldFigures)
    cost = words("usd", told.total_cost, 3)
    return rx.el.p(
        rx.cond(known.calls[0], "The model wants to call a tool: see the raw answer.", ""),
        rx.cond(first.embedding, _vectors(body.data, first.embedding), ""),
        rx.cond(first.architecture, _many(body.data, "model"), ""),
        rx.cond(body.results, rx.foreach(body.results, _verdict)),
        rx.cond(body.totalRequests >= 0, _totals(body), ""),
        rx.cond(told.limit_remaining >= 0, _left(told), ""),
        rx.cond(told.total_cost >= 0, f"This call has cost {cost}.", ""),
        rx.cond(told.endpoints[0], _many(told.endpoints, *RUNNING), ""),
        class_name="try-note",
    )


def _many(of: Any, one: str, more: str = "") -> Any:
    return rx.cond(of.length() == 1, f"One {one}.", f"{of.length()} {more or f'{one}s'}.")


def _vectors(data: Any, vector: Any) -> Any:
    # In base64 it is one text, which has no numbers.
    size = rx.cond(vector[0] > -1e9, f" of {vector.length()} numbers", "")
    return rx.cond(data.length() == 1, f"One vector{size}.", f"{data.length()} vectors{size}.")


def _totals(body: Any) -> Any:
    return f"{counted(body.totalRequests, 'call')}, {counted(body.totalTokens, 'token')}."


def _left(told: Any) -> Any:
    left, limit = words("usd", told.limit_remaining, 4), words("usd", told.limit)
    return f"{left} of {limit} are left."


def _verdict(result: Any) -> rx.Component:
    named = rx.foreach(result.categories.entries(), lambda it: rx.cond(it[1], f" {it[0]}", ""))
    return rx.cond(result.flagged, rx.el.span("Flagged:", named, ". "), rx.el.span("Not flagged. "))
