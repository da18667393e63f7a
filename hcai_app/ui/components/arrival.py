"""Where a reader arrives: the main part of a page, and the heading that names it.

A link within the app shows another page without loading a document, and the focus of whoever uses
the keyboard would be nowhere. So the new page's main part takes it, and a screen reader says its
name, the heading.
"""

from typing import Any

import reflex as rx

from hcai_app.edge.reflex_internals.browser import browser_hook

MAIN_ID, HEADING_ID = "content", "page-heading"
# Where the page stands is the router's matter: a step back returns to where one was.
FOCUS = rx.Var(f"() => document.getElementById('{MAIN_ID}')?.focus({{ preventScroll: true }})")


def main(*children: rx.Component, **props: Any) -> rx.Component:
    """Hold what a page is about."""
    named = {"id": MAIN_ID, "tab_index": -1, "aria_labelledby": HEADING_ID}
    return rx.el.main(*children, **named, **props)


def heading(*children: rx.Component | str | rx.Var[str], **props: Any) -> rx.Component:
    """Name the page."""
    return rx.el.h1(*children, id=HEADING_ID, **props)


def arrivals() -> rx.Component:
    """Lead the focus to each page that is reached by a link; the first is the browser's matter."""
    return rx.fragment(rx.memo(place)())


def place() -> rx.Component:
    """Be another component at another path, so that the one before ends."""
    path = browser_hook("useLocation", dict[str, str], "react-router", local="here")["pathname"]
    return rx.fragment(rx.memo(stay)(), key=path)


def stay() -> rx.Component:
    """End with the page: by then the next one stands. No event, since the socket may be away."""
    return rx.fragment(on_unmount=FOCUS.to(rx.EventChain))
