"""The playground itself: its bar, its three columns, its windows."""

from dataclasses import asdict
from typing import Any

import reflex as rx

from hcai_app.ui.components.arrival import heading
from hcai_app.ui.components.playground import tools
from hcai_app.ui.components.playground.anywhere import keys_and_drops
from hcai_app.ui.components.playground.code_view import CODE
from hcai_app.ui.components.playground.composer import composer, max_file_bytes, rivals
from hcai_app.ui.components.playground.conversation import conversation
from hcai_app.ui.components.playground.lists import PART as CONVERSATIONS
from hcai_app.ui.components.playground.lists import conversation_list
from hcai_app.ui.components.playground.parts import bare, closes, icon, obstacle, opens
from hcai_app.ui.components.playground.settings import PART as SETTINGS
from hcai_app.ui.components.playground.settings import settings
from hcai_app.ui.components.playground.store import IS_READY, MODE, PageState, put, shown
from hcai_app.ui.components.playground.windows import model_button, resting, windows
from hcai_app.ui.components.shell import SECTIONS
from hcai_app.ui.islands.playground import Playground
from hcai_app.ui.state.playground import PlaygroundState

SOURCE = "/api/models"
FULL = (
    "This browser has no room left. What is new is gone when you leave the page: save it, or "
    "forget some conversations."
)


def room() -> rx.Component:
    """Show the playground once the conversations are open."""
    unreachable = shown("unreachable")
    return rx.fragment(
        Playground.create(
            owner=PlaygroundState.owner,
            source=SOURCE,
            beginning=asdict(PageState()),
            pages=[{"name": name, "id": path} for name, path, _ in SECTIONS],
            max_file_bytes=max_file_bytes(),
            on_spent=PlaygroundState.note_spent,
        ),
        keys_and_drops(),
        rx.cond(
            IS_READY,
            rx.el.div(_bar(), _chat(), _single(), windows(), class_name="play"),
            rx.cond(unreachable, _shut(unreachable), waiting()),
        ),
    )


def waiting() -> rx.Component:
    """Show a placeholder while the playground loads."""
    return rx.el.div(
        heading("Playground"),
        rx.el.span(class_name="skeleton play-skeleton"),
        rx.el.span("Loading …", class_name="heard", role="status"),
        class_name="play-shut",
    )


def _shut(trouble: rx.Var[str]) -> rx.Component:
    again = rx.Var("() => window.location.reload()").to(rx.EventChain)
    return rx.el.div(
        heading("Playground"),
        rx.el.div(
            rx.el.p(trouble),
            rx.el.button("Try again", type="button", class_name="small-button", on_click=again),
            class_name="problem",
            role="alert",
        ),
        class_name="play-shut",
    )


def _bar() -> rx.Component:
    has_embedders = shown("embedder") != ""
    return rx.el.header(
        heading("Playground"),
        rx.el.div(
            _mode("chat", "Chat"),
            rx.cond(has_embedders, _mode("embeddings", "Embeddings")),
            rx.cond(PlaygroundState.has_moderation, _mode("moderation", "Moderation")),
            role="group",
            aria_label="What to try",
            class_name="tabs",
        ),
        rx.cond(MODE == "moderation", tools.moderator(), model_button()),
        rx.cond(MODE == "chat", rivals()),
        rx.el.div(
            rx.cond(
                MODE == "chat",
                _act("messages-square", "Conversations", "is-narrow", **opens(CONVERSATIONS)),
            ),
            _act("code-xml", "Code", "", **opens(CODE)),
            rx.cond(
                MODE == "chat", _act("sliders-horizontal", "Settings", "is-mid", **opens(SETTINGS))
            ),
            class_name="play-bar-acts",
        ),
        class_name="play-bar",
    )


def _mode(name: str, label: str) -> rx.Component:
    return rx.el.button(label, type="button", aria_pressed=name == MODE, on_click=put(mode=name))


def _act(image: str, label: str, kind: str, **props: Any) -> rx.Component:
    return rx.el.button(
        icon(image),
        rx.el.span(label, class_name="play-bar-label"),
        title=label,
        class_name=f"small-button {kind}",
        **props,
    )


def _chat() -> rx.Component:
    return rx.cond(
        MODE == "chat",
        rx.el.div(
            _side(CONVERSATIONS, "Conversations", conversation_list()),
            rx.el.section(
                conversation(),
                notice(),
                rx.cond(shown("room.isFull", bool), obstacle(FULL)),
                resting(),
                composer(),
                class_name="play-middle",
                aria_label="Chat",
            ),
            _side(SETTINGS, "Settings", settings()),
            class_name="play-columns",
        ),
    )


def _side(part: str, label: str, inside: rx.Component) -> rx.Component:
    """Show a column of a wide page, which is a window of a narrow one."""
    head = rx.el.header(rx.el.h2(label), bare("x", "Close", **closes(part)))
    return rx.el.aside(
        head,
        inside,
        id=part,
        aria_label=label,
        custom_attrs={"popover": "auto"},
        class_name=f"play-side {part}-side",
    )


def notice() -> rx.Component:
    """Show what stands in the way of another call."""
    day = PlaygroundState.day
    return rx.cond(day.obstacle != "", obstacle(day.obstacle, day.until_ms))


def _single() -> rx.Component:
    inside = rx.match(
        MODE,
        ("embeddings", tools.embeddings()),
        ("moderation", tools.moderation()),
        rx.fragment(),
    )
    return rx.cond(MODE != "chat", rx.el.div(notice(), inside, class_name="play-single"))
