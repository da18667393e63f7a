"""The celebration of somebody's first answer; CSS lets the confetti fall."""

import reflex as rx

from hcai_app.ui.components import shell
from hcai_app.ui.state.dashboard import DashboardState

CONFETTI = 12


def celebration() -> rx.Component:
    """Celebrate the first answer of somebody's life here, once."""
    return rx.el.section(
        *[rx.el.i(aria_hidden=True) for _ in range(CONFETTI)],
        rx.el.h2("Your first answer!"),
        rx.el.p("A model has just worked for you. Now build something that nobody asked for."),
        rx.el.div(
            shell.link("What else can I do?", to="/docs", class_name="button small"),
            rx.el.button(
                "Nice",
                on_click=DashboardState.calm_down,
                type="button",
                class_name="button quiet small",
            ),
            class_name="actions",
        ),
        role="status",
        class_name="card celebration",
    )
