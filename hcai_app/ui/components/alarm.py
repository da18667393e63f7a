"""Events that come by themselves after a while: the end of an animation that nobody sees."""

from typing import Any

import reflex as rx

from hcai_app.edge.reflex_internals.browser import HtmlElement


class _Alarm(HtmlElement):
    tag = "i"
    on_animation_end: rx.EventHandler[rx.event.no_args_event_spec]


def alarm(
    in_ms: int | rx.Var[int], on_ring: rx.event.EventType[()], *, set_by: int | rx.Var[int]
) -> rx.Component:
    """Fire an event after so many milliseconds, once the tab is looked at; 0 means never.

    It is set again when `set_by` changes. No browser's clock is asked for the time.
    """
    left: Any = in_ms  # vars, whatever their state says
    key: Any = set_by
    return rx.cond(
        left > 0,
        _Alarm.create(
            key=key,
            on_animation_end=on_ring,
            style={"--in": f"{in_ms}ms"},
            aria_hidden=True,
            class_name="alarm",
        ),
    )
