"""Embeddings and moderation: how near texts are, and whether a moderator would mind."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from hcai_app.ui.components.playground.parts import bare, icon, labelled, obstacle
from hcai_app.ui.components.playground.receipt import receipt
from hcai_app.ui.components.playground.store import Failure, UsageView, act, shown, words


@dataclass(frozen=True)
class Row:
    """How near a text is to each of the others."""

    text: str
    cells: list[float]


@dataclass(frozen=True)
class Pair:
    """The two texts that are nearest."""

    one: str
    other: str
    value: float


@dataclass(frozen=True)
class Comparison:
    """What comparing texts brought."""

    rows: list[Row]
    nearest: Pair
    numbers: int
    usage: UsageView


@dataclass(frozen=True)
class ModerationVerdict:
    """What a moderator thinks of a text."""

    rows: list[tuple[str, float]]
    flagged: list[str]
    totalMs: float  # noqa: N815


MOST = 8
MODERATORS = ("omni-moderation-latest", "text-moderation-latest")
BUSY = shown("busy", bool)


def embeddings() -> rx.Component:
    """Compare some texts."""
    texts = shown("texts", list[str])
    compared = shown("compared", Comparison)
    return rx.el.div(
        rx.el.form(
            rx.el.h2("How near are these texts?"),
            rx.foreach(texts, _text),
            rx.el.div(
                rx.el.button(
                    rx.cond(BUSY, "Comparing …", "Compare"),
                    type="submit",
                    class_name="button small",
                    disabled=BUSY,
                ),
                rx.cond(
                    texts.length() < MOST,
                    labelled(
                        "plus",
                        "Another text",
                        class_name="button quiet small",
                        on_click=act("addText"),
                    ),
                ),
                class_name="play-edit-acts",
            ),
            on_submit=act("compare"),
            class_name="play-texts",
        ),
        failure(),
        rx.cond(compared, _heat(compared)),
        class_name="play-tool",
    )


def failure() -> rx.Component:
    """Show why a call failed."""
    failed = shown("failure", Failure)
    return rx.cond(failed, obstacle(failed.message, failed.untilMs))


def _text(text: rx.Var[str], place: rx.vars.NumberVar[int]) -> rx.Component:
    number = place + 1
    return rx.el.div(
        rx.el.span(number, class_name="play-number", aria_hidden=True),
        rx.el.textarea(
            value=text,
            on_change=act("setText", place),
            rows=1,
            aria_label=f"Text {number}",
            class_name="input",
        ),
        rx.cond(
            shown("texts", list[str]).length() > 2,
            bare("x", "Remove", f"text {number}", on_click=act("dropText", place)),
        ),
        class_name="play-text-row",
        key=place,
    )


def _heat(compared: Any) -> rx.Component:
    near = compared.nearest
    return rx.el.section(
        rx.el.p(
            "Nearest: ",
            rx.el.b(near.one, class_name="play-short"),
            " and ",
            rx.el.b(near.other, class_name="play-short"),
            f", at {words('figure', near.value)}.",
            role="status",
        ),
        rx.el.div(
            _table(compared),
            tab_index=0,
            role="region",
            aria_label="Cosine similarity",
            class_name="play-table",
        ),
        receipt(compared, f"{words('count', compared.numbers)} numbers for each text"),
        class_name="play-heat",
        aria_label="Similarity",
    )


def _table(compared: Any) -> rx.Component:
    about = "Cosine similarity of each pair of texts: 1 is the same direction, 0 unrelated."
    heads = rx.foreach(
        compared.rows, lambda it, at: rx.el.th(at + 1, scope="col", title=it.text, key=at)
    )
    return rx.el.table(
        rx.el.caption(about, class_name="heard"),
        rx.el.thead(rx.el.tr(rx.el.td(), heads)),
        rx.el.tbody(rx.foreach(compared.rows, _row)),
    )


def _row(row: rx.vars.ObjectVar[Row], place: rx.vars.NumberVar[int]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            rx.el.span(place + 1, class_name="play-number"),
            rx.el.span(row.text, class_name="play-short"),
            scope="row",
            title=row.text,
        ),
        rx.foreach(
            row.cells,
            lambda value, at: rx.el.td(
                words("figure", value),
                style={"--near": value},
                class_name="num",
                key=at,
            ),
        ),
        key=place,
    )


def moderation() -> rx.Component:
    """Check a text."""
    text = shown("checked")
    verdict = shown("verdict", ModerationVerdict)
    return rx.el.div(
        rx.el.form(
            rx.el.h2("Would a moderator mind?"),
            rx.el.p(
                "Check what people write before your bot shows it to others. It costs none of "
                "your budget.",
                class_name="quiet",
            ),
            rx.el.textarea(
                value=text,
                on_change=act("put", "checked"),
                rows=4,
                aria_label="Text to check",
                placeholder="Something that somebody wrote",
                class_name="input",
            ),
            rx.el.div(
                rx.el.button(
                    rx.cond(BUSY, "Checking …", "Check"),
                    type="submit",
                    class_name="button small",
                    disabled=BUSY | (text == ""),
                ),
                class_name="play-edit-acts",
            ),
            on_submit=act("moderate"),
            class_name="play-texts",
        ),
        failure(),
        rx.cond(verdict, _verdict(verdict)),
        class_name="play-tool",
    )


def moderator() -> rx.Component:
    """Choose who moderates."""
    return rx.el.select(
        *[rx.el.option(name, value=name) for name in MODERATORS],
        value=shown("moderator"),
        on_change=act("put", "moderator"),
        aria_label="Model",
        class_name="input small play-model",
    )


def _verdict(verdict: Any) -> rx.Component:
    count = verdict.flagged.length()
    many = rx.cond(count == 1, "category", "categories")
    return rx.el.section(
        rx.el.p(
            rx.cond(
                count > 0,
                rx.el.b(f"Flagged in {count} {many}."),
                rx.el.b("Nothing is flagged."),
            ),
            role="status",
        ),
        rx.el.ul(rx.foreach(verdict.rows, lambda it: _category(it, verdict.flagged))),
        receipt(verdict),
        class_name="play-verdict",
        aria_label="Result",
    )


def _category(row: Any, flagged: Any) -> rx.Component:
    name, share = row[0], words("percent", row[1])
    is_flagged = flagged.contains(name)
    return rx.el.li(
        rx.el.span(
            name.split("/").join(" / "),
            rx.cond(is_flagged, rx.el.span(icon("flag", 12), " flagged", class_name="pill")),
            class_name="play-category",
        ),
        rx.el.span(rx.el.span(style={"width": share}), class_name="play-bar", aria_hidden=True),
        rx.el.span(share, class_name="num"),
        key=name,
        class_name=rx.cond(is_flagged, "is-flagged", ""),
    )
