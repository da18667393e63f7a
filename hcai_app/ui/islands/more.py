"""Island `assets/more.jsx`: the overflow menu of a phone's tab bar."""

import reflex as rx


class _More(rx.Component):
    library = "$/public/more.jsx"
    tag = "More"
    current: rx.Var[bool]


def more(*links: rx.Component, is_current: bool) -> rx.Component:
    """Show the links in a list that opens upward; `is_current`: one of them is this page."""
    return _More.create(*links, current=is_current)
