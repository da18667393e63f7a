"""Island `assets/counters.jsx`: rolling numbers, countdowns and alarms."""

import reflex as rx


class _Counter(rx.Component):
    library = "$/public/counters.jsx"


class _Rolling(_Counter):
    tag = "Rolling"
    text: rx.Var[str]


class _Countdown(_Counter):
    tag = "Countdown"
    at_ms: rx.Var[int]
    now_ms: rx.Var[int]


class _Alarm(_Counter):
    tag = "Alarm"
    at_ms: rx.Var[int]
    gap_ms: rx.Var[int]
    on_ring: rx.EventHandler[rx.event.no_args_event_spec]


def rolling(text: str | rx.Var[str]) -> rx.Component:
    """Show a number whose digits roll when it changes."""
    return _Rolling.create(text=text)


def countdown(at_ms: int | rx.Var[int], now_ms: int | rx.Var[int]) -> rx.Component:
    """Count down to a moment by the server's clock, which said `now_ms` last."""
    return _Countdown.create(at_ms=at_ms, now_ms=now_ms)


def alarm(
    at_ms: int | rx.Var[int], on_ring: rx.event.EventType[()], *, gap_ms: int = 0
) -> rx.Component:
    """Fire an event at a moment; 0 means never."""
    return _Alarm.create(at_ms=at_ms, gap_ms=gap_ms, on_ring=on_ring)
