"""Python's side of `assets/more.jsx`: what does not fit at a phone's lower edge."""

import reflex as rx


class _More(rx.Component):
    library = "$/public/more.jsx"
    tag = "More"
    current: rx.Var[bool]


def more(*links: rx.Component, is_current: bool) -> rx.Component:
    """Show the links in a list that opens upward; `is_current`: one of them is this page."""
    return _More.create(*links, current=is_current)
