"""The notice that a key was found in public; `/leaked/{key}` says why, and makes its successor."""

import reflex as rx

from hcai_app.ui.components.plain import anchor
from hcai_app.ui.islands.clock import local_time
from hcai_app.ui.state.leaks import LeaksState
from hcai_app.ui.view_models.keys import LeakView


def leaked_keys() -> rx.Component:
    """Show a notice for each key that leaked; nothing where none did."""
    return rx.fragment(rx.foreach(LeaksState.leaked, notice))


def notice(leak: LeakView) -> rx.Component:
    """Say that a key has ended, and where to read on."""
    return rx.el.section(
        rx.el.h2(f"Your key “{leak.name}” was found in public"),
        rx.el.p(
            "It ended within a second, ",
            local_time(leak.leaked_ms, "ago"),
            ": whoever finds a key can spend its budget.",
        ),
        anchor("Why it ended, and a new key", href=f"/leaked/{leak.id}", class_name="button"),
        key=leak.id,
        role="status",
        class_name="card leak",
    )
