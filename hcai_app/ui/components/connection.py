"""The notice of a lost connection, in place of Reflex' own: it says why, as far as a page knows."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from hcai_app.edge.reflex_internals.browser import (
    ClientVar,
    browser_hook,
    browser_method,
    is_connection_lost,
)
from hcai_app.settings import load_settings
from hcai_app.ui.components.alarm import alarm
from hcai_app.ui.components.plain import anchor
from hcai_app.ui.islands import source

LIBRARY = source("connection.mjs")
ORIGIN, HOST, PATH = (
    rx.Var(f"window.location.{part}").to(str)
    for part in ("origin", "host", "pathname + window.location.search")
)


@dataclass(frozen=True)
class Blocker:
    """What the router knows of a step to another page that it was told to hold up."""

    state: str
    proceed: Any
    reset: Any


def connection_notice() -> rx.Component:
    """Show the notice over every page after two failed connection attempts."""
    return rx.fragment(rx.memo(connection_lost)())


def connection_lost() -> rx.Component:
    """Show that the connection is lost; alone, so that pages do not re-render with it.

    Meanwhile nobody leaves the page: what the next one needs would not load, and the browser would
    show its own page of an error. A page that never had a connection is let go: with a filter in
    between, pages come all the same.
    """
    is_answering = browser_hook(
        "useAnswering", bool, LIBRARY, is_connection_lost, local="is_answering"
    )
    is_away = rx.State.is_hydrated & is_connection_lost & ~is_answering
    step = browser_hook("useBlocker", Blocker, "react-router", is_away, local="step")
    is_held = step.state == "blocked"
    is_ours = load_settings().origin == ORIGIN
    why = rx.cond(is_ours, rx.memo(blocked)(), elsewhere())
    here = rx.cond(is_held, held(browser_method(step.reset)), lost())
    return rx.el.div(
        rx.cond(is_connection_lost, rx.cond(is_answering, why, here)),
        rx.cond(is_held & ~is_away, alarm(1, browser_method(step.proceed), set_by=0)),
        role="status",
    )


def lost() -> rx.Component:
    """Say that the server is away."""
    text = "What you see may be old. It catches up by itself as soon as the server answers."
    return _notice(rx.el.p(rx.el.b("No connection. "), text))


def held(on_stay: Any) -> rx.Component:
    """Say that the chosen page cannot be shown yet; whoever stays is led nowhere later."""
    text = "The page you chose opens as soon as the server answers."
    stay = rx.el.button("Stay here", type="button", class_name="small-button", on_click=on_stay)
    return _notice(rx.el.p(rx.el.b("No connection. "), text), stay)


def elsewhere() -> rx.Component:
    """Lead from another address to ours."""
    base = load_settings().origin
    text = "At the address in your browser it can show nothing that is yours, and nothing new."
    here = anchor(base, href=f"{base}{PATH}")
    return _notice(rx.el.p(rx.el.b("Open this site at ", here, ". "), text))


def blocked() -> rx.Component:
    """Say that a filter is in the way; whoever has read it may go on reading the page."""
    is_read = ClientVar.create("is_read", default=False, global_ref=False)
    text = (
        "The server answers, but a filter between you and it, often a school's, stops what these "
        "pages live on. Your programs, the API and the docs go on working. For your keys and your "
        "dashboard try another network, or ask for WebSockets to ",
        HOST,
        " to be allowed.",
    )
    hide = rx.el.button(
        "Hide", type="button", class_name="small-button", on_click=is_read.set_value(True)
    )
    notice = _notice(rx.el.p(rx.el.b("Something blocks WebSockets. "), *text), hide)
    return rx.cond(is_read.value, rx.fragment(), notice)


def _notice(*children: Any) -> rx.Component:
    return rx.el.div(rx.icon("unplug", size=20, aria_hidden=True), *children, class_name="offline")
