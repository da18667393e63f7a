"""Making and rotating a key, which only the browser ever holds: no State and no event carries it.

The page's memory keeps it (`ui/islands/keys.mjs`); what is shown of it is read by a hook.
"""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from hcai_app.docs.examples import calls, highlight
from hcai_app.edge.reflex_internals.browser import browser_call, browser_hook
from hcai_app.services.keys.keys import MAX_NAME
from hcai_app.settings import first_model, load_settings
from hcai_app.ui.components import code
from hcai_app.ui.components.plain import anchor
from hcai_app.ui.islands import source
from hcai_app.ui.islands.browser import copy_button
from hcai_app.ui.state.base import SiteState

LIBRARY = source("keys.mjs")
KEY, CURL, FIELD, HINT, TITLE = (
    "fresh-key",
    "fresh-key-curl",
    "key-name",
    "key-name-hint",
    "fresh-key-title",
)
# From here on a reader wants to know how many are left.
FEW = 10
OVERLAPS = (
    ("0", "stops at once"),
    ("1", "works for an hour"),
    ("24", "works for a day"),
    ("168", "works for a week"),
)
USUAL_OVERLAP = "24"
NOTHING: rx.Var[Any] = rx.Var("undefined")


@dataclass(frozen=True)
class MadeKey:
    """A key that was just made."""

    name: str
    key: str


@dataclass(frozen=True)
class Making:
    """What is made, or why not; `place` is the id of the key that is rotated, else empty."""

    made: MadeKey
    place: str
    isBusy: bool  # noqa: N815 - the browser's names
    problem: str
    status: int


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
    making = _making()
    form = _name_form(making, limit, left, on_created, suggestion)
    made = making.made
    return rx.cond(made, fresh_key(name=made.name, secret=made.key), form)


def rotate_key(key_id: str | rx.Var[str], on_rotated: rx.event.EventType[()]) -> rx.Component:
    """Show how long the old key lives on, and the button; the new key stands where one is made."""
    making = _making()
    is_here = making.place == key_id
    return rx.el.form(
        rx.el.label(
            rx.el.span("A new key takes its place; the old one"),
            rx.el.select(
                *[rx.el.option(words, value=hours) for hours, words in OVERLAPS],
                name="overlap",
                default_value=USUAL_OVERLAP,
                class_name="input small",
            ),
        ),
        _button("Rotate", "Rotating …", making.isBusy & is_here, "button quiet small"),
        rx.el.div(rx.cond(is_here & making.problem.bool(), _trouble(making)), role="status"),
        # Reflex lifts the handler out of the list, where no key is known any more.
        rx.el.input(type="hidden", name="id", value=key_id, read_only=True),
        on_submit=_does("rotate", on_rotated),
        class_name="key-rotate",
    )


def _making() -> Any:
    return browser_hook("useKeys", Making, LIBRARY, SiteState.tag, local="making")


def _does(what: str, on_made: rx.event.EventType[()]) -> Any:
    """Return what a form does; `on_made` follows once there is a key."""
    chain = rx.EventChain.create(on_made, args_spec=rx.event.no_args_event_spec)
    return browser_call(what, LIBRARY, SiteState.tag, chain, is_event=True)


def _name_form(
    making: Any,
    limit: Any,
    left: Any,
    on_created: rx.event.EventType[()],
    suggestion: str,
) -> rx.Component:
    is_full = left == 0
    is_busy = making.isBusy & (making.place == "")
    is_refused = making.problem.bool() & (making.place == "")
    return rx.el.form(
        rx.el.label("Name", html_for=FIELD, class_name="field"),
        rx.el.input(
            id=FIELD,
            name="name",
            default_value=suggestion,
            placeholder=rx.cond(is_full, "", "raccoon-bot"),
            max_length=MAX_NAME,
            auto_complete="off",
            disabled=is_full,
            aria_invalid=rx.cond(is_refused, "true", NOTHING),
            aria_describedby=HINT,
            on_change=browser_call("mend", LIBRARY, is_event=True),
            class_name="input",
        ),
        _button("Make a key", "Making it …", is_busy, "button", disabled=is_full),
        rx.el.div(
            rx.cond(is_refused, _trouble(making), _room(limit, left)),
            id=HINT,
            role="status",
            class_name="new-key-hint",
        ),
        no_validate=True,
        on_submit=_does("make", on_created),
        class_name="new-key-form",
    )


def _button(
    label: str, busy: str, is_busy: rx.Var[bool], class_name: str, **props: Any
) -> rx.Component:
    words = rx.cond(is_busy, busy, label)
    return rx.el.button(words, type="submit", aria_disabled=is_busy, class_name=class_name, **props)


def _room(limit: Any, left: Any) -> rx.Component:
    full = (
        f"You have all {limit} keys that one person can have. "
        "Revoke one that you do not need, and there is room again."
    )
    few = f"{left} of {limit} left. Revoked keys do not count."
    is_few = (left > 0) & (left <= FEW)
    usual = "Name it after the project it is for."
    return rx.el.p(rx.cond(left == 0, full, rx.cond(is_few, few, usual)))


def _trouble(making: Any) -> rx.Component:
    sign_in = anchor("Sign in again", href="/auth/login?to=/keys")
    return rx.el.p(
        rx.icon("triangle-alert", size=16, aria_hidden=True),
        rx.cond(
            making.status == 401,
            rx.el.span("Your session has ended. ", sign_in),
            rx.el.span(making.problem),
        ),
        class_name="trouble",
    )


@rx.memo
def fresh_key(name: rx.Var[str], secret: rx.Var[str]) -> rx.Component:
    """Show a key, once, and a first call with it."""
    return rx.el.section(
        rx.el.h3("Here is “", name, "”. Copy it now.", id=TITLE, tab_index=-1),
        rx.el.p(
            "This is the only time you will see it: we keep just enough to recognise it. "
            "Lost it? Revoke it and make another."
        ),
        rx.el.div(
            rx.el.code(secret, id=KEY, class_name="mono"),
            copy_button(KEY, "the key"),
            class_name="fresh-key-line",
        ),
        rx.el.div(
            rx.el.div(
                rx.el.h4("Try it: paste this into a terminal"),
                copy_button(CURL, "the command"),
                class_name="fresh-key-head",
            ),
            code.block(first_call(secret), name=CURL, label="A first call with curl"),
            class_name="fresh-key-try",
        ),
        rx.el.button(
            "I have saved it",
            type="button",
            on_click=browser_call("forget", LIBRARY, is_event=True),
            class_name="button quiet small",
        ),
        aria_labelledby=TITLE,
        class_name="fresh-key",
    )


def first_call(secret: rx.Var[str]) -> str:
    """Return a first call as HTML, in which the browser writes the key."""
    settings = load_settings()
    model = first_model(settings.language_models)
    example = calls.call("chat", "curl", model=model, base=f"{highlight.ORIGIN}/proxy/v1")
    return highlight.html_of(example, "curl", settings.origin).replace("$AI_KEY", f"{secret}")
