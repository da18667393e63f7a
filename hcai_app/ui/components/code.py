"""Highlighted code to read and copy; Pygments runs when a page is built."""

import reflex as rx

from hcai_app.docs.examples import highlight
from hcai_app.ui.islands.browser import CopyButton, PageOrigin

ORIGIN = highlight.ORIGIN


def code(
    text: str, language: str, *, name: str, label: str, origin: rx.Component | None = None
) -> rx.Component:
    """Show `text`; a reader's `{origin}` in it is filled in by the browser.

    The block scrolls by itself on a narrow screen, so it can be focused and has a label.
    """
    return rx.el.pre(
        rx.el.code(*_highlighted(text, language, origin), id=name),
        class_name="code",
        tab_index=0,
        role="region",
        aria_label=label,
    )


def copy_button(name: str, what: str) -> rx.Component:
    """Copy the code of that name."""
    return CopyButton.create(target=name, what=what)


def page_origin(base: str, *, is_fixed: bool) -> rx.Component:
    """Show the configured address, or in development the one that the page came from."""
    return PageOrigin.create(base=base, own=not is_fixed)


def _highlighted(text: str, language: str, origin: rx.Component | None) -> list[rx.Component | str]:
    return [_colored(kind, part, origin) for kind, part in highlight.parts_of(text, language)]


def _colored(kind: str, text: str, origin: rx.Component | None) -> rx.Component | str:
    if kind == "origin" and origin is not None:
        return origin
    return rx.el.span(text, class_name=kind) if kind else text
