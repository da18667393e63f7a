"""The docs' chapters, the sections of the one that is being read, and their search."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from hcai_app.docs.search import MAX_QUERY
from hcai_app.edge.reflex_internals.browser import browser_call, is_connection_lost
from hcai_app.ui.components.plain import anchor
from hcai_app.ui.components.shortcut import shortcut
from hcai_app.ui.islands import source
from hcai_app.ui.state.docs import FIELD, PAGE_PATH, DocsState
from hcai_app.ui.view_models.docs import FoundView, PieceView

FOUND = "docs-found"
LIST = "docs-chapters"
TYPING_MS = 80
LOST = "docs-search-lost"
LOST_TEXT = (
    "No connection, so nothing can be looked up here. All of the docs are on this page: your "
    "browser's own search finds it, with Ctrl-F, ⌘F, or “Find in page” in its menu."
)


@dataclass(frozen=True)
class SectionEntry:
    """A section of a chapter."""

    anchor: str
    title: str


@dataclass(frozen=True)
class ChapterEntry:
    """A chapter and its sections."""

    slug: str
    title: str
    sections: list[SectionEntry]


def chapter_list(chapters: list[ChapterEntry]) -> rx.Component:
    """List the chapters, below the one being read its sections; on a phone the list unfolds."""
    return rx.el.nav(
        rx.el.button(
            rx.el.span("Chapters, now: ", class_name="heard"),
            rx.el.span(chapters[0].title, id="docs-now"),
            type="button",
            custom_attrs={"popoverTarget": LIST},
            class_name="docs-chapters-button",
        ),
        rx.el.ul(
            *[_chapter(one) for one in chapters],
            id=LIST,
            custom_attrs={"popover": "auto", "onToggle": _reads("keepInView")},
            on_click=_reads("fold"),
            on_mount=_reads("begin"),
        ),
        rx.window_event_listener(on_scroll=_reads("followSoon"), on_resize=_reads("followSoon")),
        aria_label="Chapters",
        class_name="docs-chapters",
    )


def _reads(what: str) -> Any:
    """Return what marks where the reader is, in these lists."""
    return browser_call(what, source("reading.mjs"), is_event=True)


def _chapter(one: ChapterEntry) -> rx.Component:
    sections = rx.el.ul(
        *[_entry(section.anchor, section.title) for section in one.sections],
        aria_label=f"In the chapter “{one.title}”",
    )
    return _entry(one.slug, one.title, *([sections] if one.sections else []))


def search() -> rx.Component:
    """Show the field, and below it, while the keyboard is there, what was found."""
    return rx.el.form(
        rx.icon("search", size=18, aria_hidden=True),
        rx.el.input(
            id=FIELD,
            name="q",
            key=f"visit {DocsState.visits}",
            type="search",
            default_value=DocsState.query,
            on_change=DocsState.search.debounce(TYPING_MS),
            aria_label="Search the docs",
            aria_describedby=rx.cond(is_connection_lost, LOST, ""),
            placeholder="Search",
            auto_complete="off",
            spell_check=False,
            max_length=MAX_QUERY,
            class_name="input",
        ),
        rx.el.kbd("/", aria_hidden=True),
        rx.el.p(DocsState.count, role="status", class_name="heard"),
        rx.cond(is_connection_lost, _lost(), rx.cond(DocsState.query != "", _found())),
        shortcut(FIELD, FOUND),
        # What was typed last is looked for before.
        on_submit=DocsState.go_first.debounce(2 * TYPING_MS),
        action=PAGE_PATH,
        role="search",
        aria_label="Docs",
        class_name="docs-search",
    )


def _lost() -> rx.Component:
    return rx.el.div(rx.el.p(LOST_TEXT, id=LOST), class_name="docs-found")


def _found() -> rx.Component:
    nothing = rx.el.p(f"Nothing here about “{DocsState.query}”.")
    places = rx.el.ul(rx.foreach(DocsState.found, _place), id=FOUND, aria_label="Found")
    return rx.el.div(rx.cond(DocsState.found, places, nothing), class_name="docs-found")


def _place(one: FoundView) -> rx.Component:
    return rx.el.li(
        anchor(
            rx.el.b(one.title),
            rx.el.span(one.chapter, class_name="docs-found-in"),
            rx.el.span(rx.foreach(one.pieces, _piece), class_name="docs-found-text"),
            href=f"#{one.anchor}",
            on_click=DocsState.clear,
        ),
        key=one.anchor,
    )


def _piece(one: PieceView, place: int) -> rx.Component:
    return rx.cond(one.is_marked, rx.el.mark(one.text, key=place), rx.el.span(one.text, key=place))


def _entry(name: str, title: str, *below: rx.Component) -> rx.Component:
    return rx.el.li(anchor(title, href=f"#{name}"), *below)
