"""Island `assets/connection.jsx`: why a page has no connection."""

import reflex as rx

from hcai_app.settings import load_settings


class _ConnectionNotice(rx.Component):
    library = "$/public/connection.jsx"
    tag = "ConnectionNotice"
    lost: rx.Var[bool]
    base: rx.Var[str]


def connection_reason(lost: rx.Var[bool]) -> rx.Component:
    """Show, while the connection is lost, why: no server, another address, a filter."""
    return _ConnectionNotice.create(lost=lost, base=load_settings().origin)
