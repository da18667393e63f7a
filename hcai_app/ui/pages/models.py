"""The page /models: every model on offer, to search and compare."""

import reflex as rx

from hcai_app.ui.components import shell
from hcai_app.ui.islands.model_list import model_list
from hcai_app.ui.state.base import SiteState

LEAD = "One key for all of them. Change the id in your request and you have changed the model."


@rx.page("/models", title="Models · HCAI", description=LEAD, on_load=SiteState.load)
def models() -> rx.Component:
    """Show the list."""
    return shell.page("Models", model_list(), here="/models", lead=LEAD, is_public=True)
