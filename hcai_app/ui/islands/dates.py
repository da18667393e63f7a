"""Island `assets/dates.jsx`: a date picker."""

import reflex as rx


def _picked(day: rx.Var[str]) -> tuple[rx.Var[str]]:
    return (day,)


class DateField(rx.Component):
    """A day as 2026-05-03, or nothing; `on_pick` hears of days that can be meant."""

    library = "$/public/dates.jsx"
    tag = "DateField"
    value: rx.Var[str]
    on_pick: rx.EventHandler[_picked]
