"""The note of a budget that is nearly spent, on all pages but the dashboard."""

import reflex as rx

from hcai_app.ui.islands.clock import local_time
from hcai_app.ui.state.base import SiteState


def budget_note() -> rx.Component:
    """Say that the budget is nearly spent, or is, and when it resets."""
    return rx.cond(
        SiteState.budget_note != "",
        rx.el.p(
            rx.icon("gauge", size=16, aria_hidden=True),
            rx.el.span(
                SiteState.budget_note, " It resets ", local_time(SiteState.budget_resets_ms), "."
            ),
            role="status",
            class_name="budget-note",
        ),
    )
