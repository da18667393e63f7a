"""The landing page."""

import reflex as rx


@rx.page("/", title="HCAI")
def index() -> rx.Component:
    """Show the product."""
    return rx.el.main(rx.el.h1("HCAI"))
