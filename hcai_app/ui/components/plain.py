"""Plain HTML links and forms, without Reflex' client-side navigation."""

from typing import Any

import reflex as rx

from hcai_app.edge.reflex_internals.browser import HtmlElement

Shown = rx.Component | str | rx.Var[Any]


class _Anchor(HtmlElement):
    tag = "a"
    href: rx.Var[str]
    download: rx.Var[str | bool]


class _PostForm(HtmlElement):
    tag = "form"
    action: rx.Var[str]
    method: rx.Var[str]


def anchor(*children: Shown, href: str | rx.Var[str], **props: object) -> rx.Component:
    """Link to a route of the server (`/auth/…`, `/api/…`, `/proxy/…`) or to another site.

    Our pages are reached by `shell.link`, without loading the document again.
    """
    return _Anchor.create(*children, href=href, **props)


def post_form(*children: rx.Component, to: str) -> rx.Component:
    """Send the children's values to a route of the server with POST."""
    return _PostForm.create(*children, action=to, method="post")
