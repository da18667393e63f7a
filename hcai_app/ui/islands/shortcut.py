"""Island `shortcut.jsx`: the keys `/` and Ctrl-K lead to a field, arrows to what it found."""

import reflex as rx

from hcai_app.ui.islands import source


class _Shortcut(rx.Component):
    library = source("shortcut.jsx")
    tag = "Shortcut"
    field: rx.Var[str]
    list: rx.Var[str]


def shortcut(field: str, found: str = "") -> rx.Component:
    """Lead the keyboard to the field with that id, and to the links of the list with that other."""
    return _Shortcut.create(field=field, list=found or field)
