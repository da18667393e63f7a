"""Island `clock.mjs`: moments in the reader's own time zone, and the time until one."""

from typing import Literal

import reflex as rx

from hcai_app.ui.islands import source

LIBRARY = source("clock.mjs")

Form = Literal["short", "ago", "full"]


class _LocalTime(rx.Component):
    library = LIBRARY
    tag = "LocalTime"
    ms: rx.Var[int]
    form: rx.Var[str]


class _Countdown(rx.Component):
    library = LIBRARY
    tag = "Countdown"
    at_ms: rx.Var[int]
    now_ms: rx.Var[int]


def local_time(at_ms: int | rx.Var[int], form: Form = "short") -> rx.Component:
    """Show a moment (milliseconds since the epoch) in the reader's zone, UTC in its title.

    `short` is the hour for today and the day for what is older, `ago` goes on by itself.
    """
    return _LocalTime.create(ms=at_ms, form=form)


def countdown(at_ms: int | rx.Var[int], now_ms: int | rx.Var[int] = 0) -> rx.Component:
    """Count down to a moment by the server's clock, which said `now_ms` last."""
    return _Countdown.create(at_ms=at_ms, now_ms=now_ms)
