"""Island `copy.jsx`: buttons that copy a text."""

import reflex as rx

from hcai_app.ui.islands import source


class _Copy(rx.Component):
    library = source("copy.jsx")
    tag = "Copy"
    text: rx.Var[str]
    target: rx.Var[str]
    what: rx.Var[str]


def copy_button(
    target: str | rx.Var[str], what: str | rx.Var[str], class_name: str = "small-button"
) -> rx.Component:
    """Copy what the element of that id shows."""
    return _Copy.create(target=target, what=what, class_name=class_name)


def copy_text(text: str | rx.Var[str], what: str = "", class_name: str = "copy-id") -> rx.Component:
    """Copy a text, by an icon; `what` says which, else the text itself does."""
    return _Copy.create(
        rx.icon("copy", size=16, aria_hidden=True),
        rx.icon("check", size=16, aria_hidden=True),
        text=text,
        what=what or text,
        class_name=class_name,
    )
