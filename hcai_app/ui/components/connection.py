"""The notice of a lost connection, in place of Reflex' own."""

import reflex as rx

from hcai_app.edge.reflex_internals import is_connection_lost
from hcai_app.ui.islands.connection import connection_reason


def connection_notice() -> rx.Component:
    """Show the notice over every page after two failed connection attempts."""
    return rx.fragment(rx.memo(connection_lost)())


def connection_lost() -> rx.Component:
    """Show that the connection is lost; alone, so that pages do not re-render with it."""
    return rx.el.div(connection_reason(is_connection_lost), role="status")
