"""Island `assets/keys.jsx`: creates or rotates a key, which only the browser ever holds."""

import reflex as rx

from hcai_app.docs.examples import calls, highlight
from hcai_app.settings import first_model, load_settings
from hcai_app.ui.state.base import SiteState


class _NewKey(rx.Component):
    library = "$/public/keys.jsx"
    tag = "NewKey"
    owner: rx.Var[str]
    example: rx.Var[str]
    limit: rx.Var[int]
    left: rx.Var[int]
    suggestion: rx.Var[str]
    on_created: rx.EventHandler[rx.event.no_args_event_spec]


class _RotateKey(rx.Component):
    library = "$/public/keys.jsx"
    tag = "RotateKey"
    key_id: rx.Var[str]
    on_rotated: rx.EventHandler[rx.event.no_args_event_spec]


def rotate_key(key_id: str | rx.Var[str], on_rotated: rx.event.EventType[()]) -> rx.Component:
    """Show how long the old key lives on, and the button; the new key stands where one is made."""
    return _RotateKey.create(key_id=key_id, on_rotated=on_rotated)


def new_key(
    *,
    limit: int | rx.Var[int],
    left: int | rx.Var[int],
    on_created: rx.event.EventType[()],
    suggestion: str = "",
) -> rx.Component:
    """Show the field and the button, and then the key, once.

    Args:
        limit: The most keys of one user.
        left: How many more are allowed; -1 while unknown.
        on_created: The handler of a new key.
        suggestion: A default name, so that one click creates the key.
    """
    settings = load_settings()
    model = first_model(settings.language_models)
    example = calls.call("chat", "curl", model=model, base=f"{highlight.ORIGIN}/proxy/v1")
    return _NewKey.create(
        owner=SiteState.tag,
        example=highlight.html_of(example, "curl", settings.origin),
        limit=limit,
        left=left,
        suggestion=suggestion,
        on_created=on_created,
    )
