"""The 404 page."""

import reflex as rx

from hcai_app.ui.components import chrome, shell
from hcai_app.ui.components.arrival import heading, main
from hcai_app.ui.components.drawings import drawing
from hcai_app.ui.state.base import SiteState


@rx.page("404", title="Not here · HCAI", on_load=SiteState.load)
def missing() -> rx.Component:
    """Show the 404 message with links back."""
    return rx.fragment(
        shell.top_bar(),
        main(
            rx.el.section(
                drawing("tracks"),
                heading("404: the tracks end here"),
                rx.el.p("The address may have a typo, or the page is gone."),
                shell.link("Back to the start", to="/", class_name="button"),
                class_name="empty",
            ),
            class_name="wrap page",
        ),
        chrome.site_foot(),
        shell.tab_bar(""),
    )
