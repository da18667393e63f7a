"""What happens anywhere on the page, beside its elements: keys, files that are dropped."""

import reflex as rx

from hcai_app.edge.reflex_internals.browser import WindowEvents, browser_call
from hcai_app.ui.islands.playground import script


class _Window(WindowEvents):
    on_keydown: rx.EventHandler[rx.event.no_args_event_spec]
    on_dragover: rx.EventHandler[rx.event.no_args_event_spec]
    on_dragleave: rx.EventHandler[rx.event.no_args_event_spec]
    on_drop: rx.EventHandler[rx.event.no_args_event_spec]


def keys_and_drops() -> rx.Component:
    """Hear keys and files; shows nothing."""
    parts = script("parts.jsx")
    key, drag = (browser_call(name, parts, is_event=True) for name in ("onKey", "onDrag"))
    return _Window.create(on_keydown=key, on_dragover=drag, on_dragleave=drag, on_drop=drag)


@rx.memo
def forgotten_conversations() -> rx.Component:
    """Forget the conversations whose tag the address brings; shows nothing."""
    return rx.fragment(on_mount=browser_call("forget", script("forget.mjs"), is_event=True))
