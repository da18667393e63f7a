"""Island `assets/playground.jsx`: the playground, which lives in the browser."""

from typing import Any

import reflex as rx

from hcai_app.docs.examples import calls, requests
from hcai_app.settings import load_settings

SOURCE = "/api/models"
# Draw what models write; both are kept by the unified collective. Only this page's bundle has them.
MARKDOWN = ["react-markdown@10.1.0", "remark-gfm@4.0.1"]


class _Playground(rx.Component):
    library = "$/public/playground.jsx"
    tag = "Playground"
    lib_dependencies: list[str] = MARKDOWN
    owner: rx.Var[str]
    source: rx.Var[str]
    base: rx.Var[str]
    own: rx.Var[bool]
    code: rx.Var[dict[str, Any]]
    max_bytes: rx.Var[int]
    has_moderation: rx.Var[bool]
    left: rx.Var[str]
    obstacle: rx.Var[str]
    until_ms: rx.Var[int]
    on_spent: rx.EventHandler[rx.event.no_args_event_spec]


def playground(
    *,
    owner: str | rx.Var[str],
    has_moderation: bool | rx.Var[bool],
    left: str | rx.Var[str],
    obstacle: str | rx.Var[str],
    until_ms: int | rx.Var[int],
    on_spent: rx.event.EventType[()],
) -> rx.Component:
    """Show the playground; `owner` is the tag of the user's stored conversations."""
    settings = load_settings()
    return _Playground.create(
        owner=owner,
        source=SOURCE,
        base=settings.origin,
        own=not settings.is_production,
        code=code(),
        max_bytes=settings.max_body_bytes,
        has_moderation=has_moderation,
        left=left,
        obstacle=obstacle,
        until_ms=until_ms,
        on_spent=on_spent,
    )


def code() -> dict[str, Any]:
    """Return the templates that turn a request into a program in the browser."""
    return {
        "templates": requests.TEMPLATES,
        "imports": requests.IMPORTS,
        "helpers": requests.HELPERS,
        "arguments": list(requests.PYTHON_ARGUMENTS),
        "needs": calls.NEEDS,
    }
