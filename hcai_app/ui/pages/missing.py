"""The 404 page."""

import reflex as rx

from hcai_app.ui.components import shell
from hcai_app.ui.state.base import SiteState


@rx.page("404", title="Not here · HCAI", on_load=SiteState.load)
def missing() -> rx.Component:
    """Show the 404 message with links back."""
    return rx.fragment(
        shell.top_bar(),
        rx.el.main(
            rx.el.section(
                rx.el.p("404", class_name="missing-number", aria_hidden=True),
                rx.el.h1("There is nothing here"),
                rx.el.p("The address may have a typo, or the page is gone."),
                shell.link("Back to the start", to="/", class_name="button"),
                class_name="empty",
            ),
            id="content",
            class_name="wrap page",
        ),
        shell.tab_bar(""),
    )
