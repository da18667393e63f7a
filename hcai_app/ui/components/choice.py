"""Island `choice.mjs`: the tab that somebody has chosen stays chosen, in every example."""

import reflex as rx

from hcai_app.edge.reflex_internals.browser import WindowEvents, browser_call
from hcai_app.ui.islands import source

LIBRARY = source("choice.mjs")


class _Choices(WindowEvents):
    on_change: rx.EventHandler[rx.event.no_args_event_spec]


def remembered_tabs(of: str | rx.Var[str] = "") -> rx.Component:
    """Choose in all examples of the page what was chosen before; again when `of` changes."""
    return rx.fragment(
        rx.fragment(recalled(), key=of),
        _Choices.create(on_change=browser_call("take", LIBRARY, is_event=True)),
    )


@rx.memo
def recalled() -> rx.Component:
    """Choose what was chosen before."""
    return rx.fragment(on_mount=browser_call("recall", LIBRARY, is_event=True))
