"""Island `shortcut.jsx`: the keys `/` and Ctrl-K lead to a field."""

import reflex as rx

from hcai_app.ui.islands.source import source


class _Shortcut(rx.Component):
    library = source("shortcut.jsx")
    tag = "Shortcut"
    field: rx.Var[str]


def shortcut(field: str) -> rx.Component:
    """Lead the keyboard to the field with that id."""
    return _Shortcut.create(field=field)
