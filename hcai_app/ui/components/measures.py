"""What is measured of a model, on its page."""

from typing import Any

import reflex as rx

MEASURED = (
    "Measured on everybody’s calls through this site, in the last 7 days. A call that was asked "
    "wrongly, or that somebody stopped, counts against no model."
)
TOO_FEW = "Too few calls in the last 7 days to say how fast it is. Yours could be the first."


def measured(measures: Any) -> rx.Component:
    """Show how fast and how reliable the model is here, or that nobody can say yet."""
    return rx.el.section(
        rx.el.h2("How it does here"),
        rx.cond(
            measures.length() > 0,
            rx.fragment(
                rx.el.dl(
                    rx.foreach(
                        measures,
                        lambda one: rx.el.div(
                            rx.el.dt(one.name),
                            rx.el.dd(one.value, rx.el.small(one.hint)),
                            key=one.name,
                        ),
                    ),
                    class_name="measures",
                ),
                rx.el.p(MEASURED, class_name="facts-note"),
            ),
            rx.el.p(TOO_FEW, class_name="facts-note"),
        ),
        class_name="card measured",
    )
