"""Small parts that several views of the playground share."""

from typing import Any

import reflex as rx

from hcai_app.edge.reflex_internals.browser import browser_hook
from hcai_app.ui.islands.clock import LIBRARY, countdown, local_time
from hcai_app.ui.state.playground import PlaygroundState

Text = str | rx.Var[str] | rx.Component


def focused() -> dict[str, Any]:
    """Return what leads the keyboard to a field when the browser opens the window around it."""
    return {"custom_attrs": {"autofocus": ""}}


def opens(part: str | rx.Var[str]) -> dict[str, Any]:
    """Return what makes a button open, or close, a popover."""
    return {"custom_attrs": {"popoverTarget": part}, "type": "button"}


def closes(part: str | rx.Var[str]) -> dict[str, Any]:
    """Return what makes a button close the popover that it stands in."""
    return {
        "custom_attrs": {"popoverTarget": part, "popoverTargetAction": "hide"},
        "type": "button",
    }


def icon(name: str, size: int = 16) -> rx.Component:
    """Show an icon beside words."""
    return rx.icon(name, size=size, aria_hidden=True)


def bare(image: str, label: str, what: Text | None = None, **props: Any) -> rx.Component:
    """Show a button as an icon whose words are heard, and shown on hover."""
    about = [label] if what is None else [label, " ", what]
    words = rx.el.span(*about, class_name="heard")
    return rx.el.button(
        icon(image), words, title=label, class_name="play-act", **{"type": "button", **props}
    )


def labelled(image: str, label: Text, **props: Any) -> rx.Component:
    """Show a small button with an icon and words."""
    return rx.el.button(
        icon(image), label, **{"type": "button", "class_name": "small-button", **props}
    )


def sheet(
    part: str, title: str, *children: Any, is_wide: bool = False, **props: Any
) -> rx.Component:
    """Show a window over the page; the browser closes it with Escape or a click beside it."""
    attributes = {"popover": "auto", **props.pop("custom_attrs", {})}
    return rx.el.div(
        rx.el.div(
            rx.el.header(rx.el.h2(title), bare("x", "Close", **closes(part))),
            *children,
            class_name="play-sheet-inner",
        ),
        id=part,
        role="dialog",
        aria_label=title,
        custom_attrs=attributes,
        class_name="play-sheet is-wide" if is_wide else "play-sheet",
        **props,
    )


def question(part: str | rx.Var[str], label: Text, text: str, yes: str, event: Any) -> rx.Component:
    """Ask before something is done; Escape and a click beside it answer no."""
    return rx.el.div(
        rx.el.p(text),
        rx.el.button(
            yes,
            class_name="button strong small",
            on_click=event,
            **closes(part),
        ),
        rx.el.button("Keep it", class_name="button quiet small", **closes(part)),
        id=part,
        role="group",
        aria_label=label,
        custom_attrs={"popover": "auto"},
        class_name="play-question-window",
    )


def obstacle(text: Text, until: Any = 0, *children: Any) -> rx.Component:
    """Show what stands in the way, in the API's words, and until when."""
    return rx.el.div(
        icon("triangle-alert", 20),
        rx.el.div(
            rx.el.p(text, role="alert"),
            rx.cond(until > 0, opening(ms=until)),
            class_name="play-obstacle-words",
        ),
        *children,
        class_name="problem play-obstacle",
    )


@rx.memo
def opening(ms: rx.Var[int]) -> rx.Component:
    """Say when something works again; once it does, the budget is read again."""
    return rx.cond(
        browser_hook("useIsPast", bool, LIBRARY, ms, local="is_past"),
        rx.fragment(on_mount=PlaygroundState.note_spent),
        rx.el.p("Open again at ", rx.el.b(local_time(ms)), ", in ", countdown(ms), "."),
    )
