"""Code to read and to copy, tinted by hand: no highlighter in the bundle for a few lines."""

import re

import reflex as rx

from hcai_app.components.islands import CopyButton, PageOrigin

ORIGIN = "{origin}"
# In this order: the origin's place, a JSON name, a quoted text, a flag.
TINTED = re.compile(
    rf'(?P<origin>{re.escape(ORIGIN)})|(?P<key>"[^"\n]*"(?=:))|(?P<str>"[^"\n]*")'
    r"|(?P<flag>(?<=\s)--?[A-Za-z][\w-]*)"
)


def code(text: str, *, name: str, label: str, origin: rx.Component | None = None) -> rx.Component:
    """Show `text`; a reader's `{origin}` in it is filled in by the browser.

    The block scrolls by itself on a narrow screen, so it can be focused and has a label.
    """
    return rx.el.pre(
        rx.el.code(*_tint(text, origin), id=name),
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


def _tint(text: str, origin: rx.Component | None) -> list[rx.Component | str]:
    parts: list[rx.Component | str] = []
    end = 0
    for match in TINTED.finditer(text):
        parts.append(text[end : match.start()])
        if match.lastgroup == "origin" and origin is not None:
            parts.append(origin)
        else:
            parts.append(rx.el.span(match.group(), class_name=str(match.lastgroup)))
        end = match.end()
    return [part for part in [*parts, text[end:]] if part != ""]
