"""The notice of a lost connection, in place of Reflex' own."""

import reflex as rx

from hcai_app.edge.reflex_internals import is_connection_lost

WORDS = "What you see may be old. It catches up by itself as soon as the server answers."


def connection_notice() -> rx.Component:
    """Show the notice over every page after two failed connection attempts."""
    return rx.fragment(rx.memo(connection_lost)())


def connection_lost() -> rx.Component:
    """Show that the connection is lost; alone, so that pages do not re-render with it."""
    return rx.el.div(
        rx.cond(
            is_connection_lost,
            rx.el.div(
                rx.icon("unplug", size=20, aria_hidden=True),
                rx.el.p(rx.el.b("No connection. "), WORDS),
                class_name="offline",
            ),
        ),
        role="status",
    )
