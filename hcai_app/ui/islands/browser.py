"""Island `copy.jsx`: buttons that copy a text."""

import reflex as rx

from hcai_app.ui.islands.source import source


class _Copy(rx.Component):
    library = source("copy.jsx")
    tag = "Copy"
    text: rx.Var[str]
    target: rx.Var[str]
    what: rx.Var[str]


def copy_button(target: str | rx.Var[str], what: str | rx.Var[str]) -> rx.Component:
    """Copy what the element of that id shows."""
    return _Copy.create(target=target, what=what, class_name="small-button")


def copy_text(text: str | rx.Var[str]) -> rx.Component:
    """Copy a text, by an icon."""
    return _Copy.create(
        rx.icon("copy", size=16, aria_hidden=True),
        rx.icon("check", size=16, aria_hidden=True),
        text=text,
        what=text,
        class_name="copy-id",
    )
