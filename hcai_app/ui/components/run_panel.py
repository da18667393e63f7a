"""The run panels of the docs: each runs an example with the reader's own account.

What is typed and answered stays in the browser: the panels read it by a hook of `panels.mjs`.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import reflex as rx

from hcai_app.docs.examples import library
from hcai_app.docs.examples.library import Example
from hcai_app.edge.reflex_internals.browser import browser_hook
from hcai_app.settings import load_settings
from hcai_app.ui.components.plain import anchor
from hcai_app.ui.components.run_result import LIBRARY, Panel, does, result, spoken
from hcai_app.ui.state.base import SiteState

# The API's prefix for signed-in users, and the public one.
PLAYGROUND, OPEN = "/playground/v1", "/proxy/v1"
MISSING = "Run another example first, or write the id of one of your calls behind the =."
MOST_LINES = 22
NOTHING: rx.Var[Any] = rx.Var("undefined")


def can_run(example: Example) -> bool:
    """Return whether a page can run the example: it sends one body, or gets one path."""
    return example.method == "GET" or example.body is not None


def run_panel(
    example: Example, places: Mapping[str, str], *, name: str, place: str, is_loud: bool = False
) -> rx.Component:
    """Offer to run the example; nothing where it cannot be run from a page.

    Args:
        example: The example to run.
        places: The values of the places in its path and body.
        name: The prefix of its parts' ids.
        place: The anchor to return to after signing in.
        is_loud: Whether its button is the page's one loud thing.
    """
    if not can_run(example):
        return rx.fragment()
    endpoint = library.fill(example.endpoint, places)
    return panel_of_example(
        name=name,
        title=example.title,
        call=f"{example.method} {endpoint.partition('?')[0]}",
        road=PLAYGROUND if example.needs_key else OPEN,
        endpoint=endpoint,
        body=library.fill(example.body or "", places),
        guarded=example.needs_key,
        way_in=f"/auth/login?to={quote(f'/docs#{place}', safe='')}",
        simulated=load_settings().is_simulated,
        loud=is_loud,
    )


@rx.memo
def panel_of_example(
    name: rx.Var[str],
    title: rx.Var[str],
    call: rx.Var[str],
    road: rx.Var[str],
    endpoint: rx.Var[str],
    body: rx.Var[str],
    guarded: rx.Var[bool],
    way_in: rx.Var[str],
    simulated: rx.Var[bool],
    loud: rx.Var[bool],
) -> rx.Component:
    """Show a panel: one component for all of them, so that the page holds its elements once."""
    panel = browser_hook("usePanel", Panel, LIBRARY, name, endpoint, body)
    send = does("send", name, road, endpoint, body)
    on_key = does("sendOnEnter", name, road, endpoint, body)
    is_barred = guarded & ((SiteState.is_known & ~SiteState.is_signed_in) | panel.isRefused)
    sign_in = anchor("Sign in to run it", href=way_in, class_name="button small quiet")
    buttons = rx.fragment(_run_button(panel, name, send, loud), _edit_button(panel, name))
    return rx.el.section(
        rx.el.div(
            rx.cond(is_barred, sign_in, buttons),
            rx.el.span(call, class_name="try-endpoint mono"),
            class_name="try-bar",
        ),
        rx.el.p(spoken(panel), class_name="heard", role="status"),
        rx.cond(
            panel.isOpen,
            rx.el.div(
                _editor(panel, name, body, on_key),
                rx.cond(panel.run, result(panel, name, simulated, way_in)),
                id=f"{name}-try",
                class_name="try-panel",
            ),
        ),
        role="group",
        aria_label=f"Try it: {title}",
        class_name="try-it",
    )


def _run_button(panel: Any, name: rx.Var[str], send: Any, loud: rx.Var[bool]) -> rx.Component:
    is_loud = loud & SiteState.is_known & SiteState.is_signed_in
    kind = rx.cond(is_loud, "button small", "button small quiet")
    again = rx.cond(panel.run, "Run again", rx.cond(panel.isOpen, "Run", "Run it"))
    return rx.cond(
        panel.run.state == "running",
        rx.el.button(
            rx.icon("square", size=14, aria_hidden=True, fill="currentColor"),
            "Stop",
            type="button",
            class_name="button small quiet",
            on_click=does("stop", name),
        ),
        rx.el.button(
            rx.icon("play", size=14, aria_hidden=True, fill="currentColor"),
            again,
            type="button",
            class_name=kind,
            on_click=send,
        ),
    )


def _edit_button(panel: Any, name: rx.Var[str]) -> rx.Component:
    return rx.el.button(
        rx.cond(panel.isOpen, "Close", "Edit first"),
        type="button",
        class_name="small-button",
        aria_expanded=panel.isOpen,
        aria_controls=f"{name}-try",
        on_click=does("toggle", name),
    )


def _editor(panel: Any, name: rx.Var[str], body: rx.Var[str], on_key: Any) -> rx.Component:
    props: dict[str, Any] = {
        "id": f"{name}-body",
        "class_name": "try-body",
        "value": panel.text,
        "spell_check": False,
        "auto_complete": "off",
        "auto_capitalize": "off",
        "aria_invalid": rx.cond(panel.problem, "true", NOTHING),
        "aria_describedby": rx.cond(panel.problem, f"{name}-problem", NOTHING),
        "on_change": does("change", name),
        "custom_attrs": {"onKeyDown": on_key},
    }
    return rx.el.div(
        _editor_head(panel, name, body),
        rx.cond(
            body,
            rx.el.textarea(rows=_lines(panel.text), wrap="off", **props),
            rx.el.input(type="text", **props),
        ),
        rx.cond(
            panel.problem,
            rx.el.p(
                rx.icon("triangle-alert", size=16, aria_hidden=True),
                rx.cond(body, f"This is not JSON yet: {panel.problem}", MISSING),
                id=f"{name}-problem",
                class_name="try-problem",
                role="alert",
            ),
        ),
        class_name="try-editor",
    )


def _lines(text: Any) -> Any:
    lines = text.split("\n").length()
    return rx.cond(lines < MOST_LINES, lines, MOST_LINES)


def _editor_head(panel: Any, name: rx.Var[str], body: rx.Var[str]) -> rx.Component:
    restore = rx.el.button(
        "As it was", type="button", class_name="small-button", on_click=does("restore", name)
    )
    return rx.el.div(
        rx.el.label(rx.cond(body, "What is sent", "What is asked for"), html_for=f"{name}-body"),
        rx.cond(panel.isChanged, restore),
        class_name="try-editor-head",
    )
