"""Island `assets/time.jsx`: timestamps in the reader's own time zone."""

from typing import Literal

import reflex as rx

Form = Literal["short", "ago", "full"]


class _LocalTime(rx.Component):
    library = "$/public/time.jsx"
    tag = "LocalTime"
    ms: rx.Var[int]
    form: rx.Var[str]


def local_time(at_ms: int | rx.Var[int], form: Form = "short") -> rx.Component:
    """Show a moment (milliseconds since the epoch) in the reader's zone, UTC in its title.

    `short` is the hour for today and the day for what is older, `ago` goes on by itself.
    """
    return _LocalTime.create(ms=at_ms, form=form)
