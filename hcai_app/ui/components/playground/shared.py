"""What somebody shared: shown as what it is, a stranger's paste, and run by nobody."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from hcai_app.ui.components.playground.markdown import markdown
from hcai_app.ui.components.playground.parts import icon
from hcai_app.ui.components.playground.store import act, shown


@dataclass(frozen=True)
class Said:
    """A message of a shared conversation."""

    role: str
    text: str
    model: str


@dataclass(frozen=True)
class Stranger:
    """A shared conversation."""

    title: str
    model: str
    settings: dict[str, Any]
    messages: list[Said]


def shared_conversation() -> rx.Component:
    """Show what the address, or a file, brings."""
    stranger = shown("stranger", Stranger)
    return rx.el.div(
        rx.window_event_listener(on_popstate=act("readShared")),
        rx.cond(
            stranger,
            rx.cond(stranger.messages.length() > 0, _paste(stranger), _broken()),
            _nothing(),
        ),
        on_mount=act("readShared"),
        class_name="play-shared",
    )


def _paste(stranger: Any) -> rx.Component:
    system = stranger.settings["system"]
    return rx.fragment(
        rx.el.div(
            icon("triangle-alert", 20),
            rx.el.p(
                rx.el.b("Somebody’s paste, not ours. "),
                "Whoever made this link wrote everything below, the answers too if they liked: "
                "nobody can tell whether a model ever said it. It lies in the link alone.",
            ),
            class_name="problem",
            role="note",
        ),
        rx.el.h2(stranger.title),
        rx.el.p(stranger.model, class_name="mono quiet"),
        rx.cond(system, rx.el.blockquote(rx.el.b("System prompt "), system)),
        rx.foreach(stranger.messages, _said),
        rx.el.div(
            rx.el.button("Go on in the playground", class_name="button", on_click=act("takeAlong")),
            rx.el.p("Nothing is sent until you send it.", class_name="quiet"),
            class_name="play-edit-acts",
        ),
    )


def _said(message: Any) -> rx.Component:
    return rx.cond(
        message.role == "user",
        rx.el.article(
            rx.el.p(message.text, class_name="play-said"),
            class_name="play-question",
            aria_label="Question",
        ),
        rx.el.article(
            rx.el.p(message.model, class_name="play-by"),
            markdown(message.text),
            class_name="play-answer",
            aria_label="Answer",
        ),
    )


def _file() -> rx.Component:
    return rx.el.label(
        "Open a shared file",
        rx.el.input(
            type="file",
            accept=".json",
            class_name="input",
            custom_attrs={"onChange": act("readSharedFile")},
        ),
        class_name="field",
    )


def _nothing() -> rx.Component:
    return rx.el.div(
        rx.el.h2("Nothing is shared here yet"),
        rx.el.p("A shared conversation comes in its link, behind the #, or as a file."),
        _file(),
        class_name="card empty",
    )


def _broken() -> rx.Component:
    return rx.el.div(
        rx.el.h2("This link is broken"),
        rx.el.p("A part of it is missing, or it was never one of ours. Ask for it again."),
        _file(),
        class_name="card empty",
    )
