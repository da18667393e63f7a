"""The page /shared: a conversation that somebody put into a link."""

import reflex as rx

from hcai_app.ui.components import shell
from hcai_app.ui.components.playground.shared import shared_conversation
from hcai_app.ui.state.base import SiteState

HERE = "/shared"
DESCRIPTION = "A conversation that somebody shared. Everything lies in the link."


@rx.page(
    HERE,
    title="Shared conversation · HCAI",
    description=DESCRIPTION,
    on_load=SiteState.load,
)
def shared() -> rx.Component:
    """Show what a link, or a file, holds."""
    return shell.page("A shared conversation", shared_conversation(), here=HERE, is_public=True)
