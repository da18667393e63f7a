"""Highlighted code to read and copy; Pygments runs when a page is built."""

import reflex as rx

from hcai_app.docs.examples import highlight
from hcai_app.settings import load_settings

ORIGIN = highlight.ORIGIN


def code(text: str, language: str, *, name: str, label: str) -> rx.Component:
    """Show `text`, with our address at each `{origin}` in it."""
    return block(highlight.html_of(text, language, load_settings().origin), name=name, label=label)


def block(
    html: str | rx.Var[str], *, name: str | rx.Var[str], label: str | rx.Var[str]
) -> rx.Component:
    """Show code that is highlighted already.

    The block scrolls by itself on a narrow screen, so it can be focused and has a label.
    """
    return rx.el.pre(
        rx.el.code(id=name, custom_attrs={"dangerouslySetInnerHTML": {"__html": html}}),
        class_name="code",
        tab_index=0,
        role="region",
        aria_label=label,
    )
