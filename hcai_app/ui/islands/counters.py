"""Island `assets/counters.jsx`: rolling numbers and countdowns."""

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


def rolling(text: str | rx.Var[str]) -> rx.Component:
    """Show a number whose digits roll when it changes."""
    return _Rolling.create(text=text)


def countdown(at_ms: int | rx.Var[int], now_ms: int | rx.Var[int]) -> rx.Component:
    """Count down to a moment by the server's clock, which said `now_ms` last."""
    return _Countdown.create(at_ms=at_ms, now_ms=now_ms)
