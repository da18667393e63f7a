"""The page /models: every model on offer, to search and compare."""

import reflex as rx

from hcai_app.ui.components import model_table, shell
from hcai_app.ui.components.previews import preview
from hcai_app.ui.state.models import PAGE_PATH, ModelsState

LEAD = "One key for all of them. Change the id in your request and you have changed the model."


@rx.page(PAGE_PATH, **preview("Models", LEAD, PAGE_PATH), on_load=ModelsState.open_page)
def models() -> rx.Component:
    """Show the list."""
    return shell.page(
        "Models",
        rx.el.div(
            model_table.filters(),
            model_table.count(),
            rx.cond(
                ModelsState.phase == "failed",
                shell.problem(ModelsState.problem, ModelsState.open_page),
                model_table.table(),
            ),
            model_table.rest(),
            rx.cond((ModelsState.phase == "ready") & (ModelsState.found == 0), nothing()),
            class_name="models-page",
        ),
        here=PAGE_PATH,
        lead=LEAD,
        is_public=True,
    )


def nothing() -> rx.Component:
    """Say that nothing fits, and lead back to everything."""
    return shell.empty(
        "No model fits",
        "Try fewer words, or take a filter away.",
        rx.el.button(
            "Show all models",
            on_click=ModelsState.clear,
            type="button",
            class_name="button quiet small",
        ),
    )
