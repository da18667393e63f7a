"""The open conversation: its questions, its answers in versions or side by side."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from hcai_app.edge.reflex_internals.browser import browser_hook, browser_method
from hcai_app.ui.components.playground.answers import answer, versions
from hcai_app.ui.components.playground.files import kept, unseen
from hcai_app.ui.components.playground.parts import bare
from hcai_app.ui.components.playground.store import (
    CONVERSATION,
    IS_RUNNING,
    MODEL,
    Turn,
    act,
    put,
    shown,
    store,
)
from hcai_app.ui.islands.browser import copy_text
from hcai_app.ui.islands.playground import STICKY, StickToBottom, StickyContent

WORDS = (
    "Name my raccoon rhythm game.",
    "Explain recursion with a joke.",
    "Write a Discord bot in Python that says hi.",
)
PICTURES = (
    "A raccoon playing the drums",
    "A sticker of a rubber duck debugging",
    "A tiny robot in a garden, pixel art",
)
# How much of an answer is read out by itself, in letters.
HEARD = 400


def conversation() -> rx.Component:
    """Show the open conversation, following its newest message."""
    turns = shown("turns", list[Turn])
    return rx.fragment(
        StickToBottom.create(
            StickyContent.create(
                rx.cond(turns.length() == 0, beginning(), rx.fragment()),
                rx.foreach(turns, turn),
                rx.fragment(to_newest(), key=shown("asked")),
                class_name="play-messages",
                scroll_class_name="play-scroll",
                custom_attrs={"role": "log", "aria-live": "off", "aria-label": "Conversation"},
            ),
            jump(),
            initial="instant",
            resize="instant",
            class_name="play-talk",
        ),
        rx.el.p(_spoken(turns), class_name="heard", role="status"),
    )


def _spoken(turns: Any) -> Any:
    """Say what those who hear the page should know of the answer that they wait for."""
    last = turns[-1]
    ended = rx.match(
        last.state,
        ("stopped", "Answer: Stopped."),
        ("failed", f"Answer: {last.error.message}"),
        f"Answer: {last.text[:HEARD]}",
    )
    is_awaited = shown("awaited") == CONVERSATION
    return rx.cond(is_awaited, rx.cond(IS_RUNNING, "Answering …", ended), "")


@dataclass(frozen=True)
class Scrolled:
    """Whether the newest message is in sight, and what leads there."""

    isAtBottom: bool  # noqa: N815 - the library's names
    scrollToBottom: str  # noqa: N815


def _scrolled() -> Any:
    return browser_hook("useStickToBottomContext", Scrolled, STICKY, local="scrolled")


@rx.memo
def to_newest() -> rx.Component:
    """Go to the newest message when this comes; under another key it comes again."""
    return rx.fragment(on_mount=browser_method(_scrolled().scrollToBottom, "instant"))


@rx.memo
def jump() -> rx.Component:
    """Offer the way to the newest message to whoever has scrolled up."""
    button = rx.el.button(
        "To the newest",
        type="button",
        class_name="play-jump",
        on_click=browser_method(_scrolled().scrollToBottom, "instant"),
    )
    return rx.cond(_scrolled().isAtBottom, rx.fragment(), button)


def beginning() -> rx.Component:
    """Show what could be asked first."""
    draws = MODEL.outputs.contains("image")
    return rx.el.div(
        rx.el.h2(rx.cond(draws, "What should it draw?", "What do you want to know?")),
        rx.el.p(MODEL.name, ": ", MODEL.line),
        rx.el.div(
            rx.cond(draws, _ideas(PICTURES), _ideas(WORDS)),
            class_name="chips",
        ),
        class_name="play-beginning",
    )


def _ideas(ideas: tuple[str, ...]) -> rx.Component:
    buttons = [
        rx.el.button(idea, type="button", class_name="chip", on_click=store("send", idea, []))
        for idea in ideas
    ]
    return rx.fragment(*buttons)


def turn(one: Any) -> rx.Component:
    """Show a question, or the answers to it."""
    return rx.fragment(
        rx.cond(
            one.role == "user",
            rx.cond(shown("editing.id") == one.id, editor(), asked(one)),
            rx.cond(
                one.answers.length() > 1,
                rx.el.section(
                    rx.foreach(one.answers, lambda it: answer(it, is_beside=True)),
                    class_name="play-race",
                    aria_label="Answers side by side",
                    tab_index=0,
                ),
                rx.foreach(one.answers, lambda it: answer(it, is_beside=False)),
            ),
        ),
        key=one.id,
    )


def asked(message: Any) -> rx.Component:
    """Show a question."""
    return rx.el.article(
        rx.cond(
            message.files.length() > 0,
            rx.el.div(rx.foreach(message.files, kept), class_name="play-files"),
        ),
        rx.cond(message.text, rx.el.p(message.text, class_name="play-said")),
        rx.el.p(unseen(message.files), class_name="play-note"),
        rx.el.div(
            versions(message),
            copy_text(message.text, "what you wrote", "play-act"),
            bare(
                "pencil",
                "Edit",
                "and send again",
                on_click=put(editing=message, edited=message.text),
            ),
            class_name="play-acts",
        ),
        class_name="play-question",
        aria_label="You",
    )


def editor() -> rx.Component:
    """Change a question; the old one stays as a version."""
    keep = put(editing=None)
    return rx.el.form(
        rx.el.textarea(
            value=shown("edited"),
            on_change=act("put", "edited"),
            auto_focus=True,
            rows=3,
            aria_label="Change your message",
            class_name="input",
            custom_attrs={"onKeyDown": act("sendOnEnter")},
        ),
        rx.el.p("It becomes another version: nothing is lost.", class_name="quiet"),
        rx.el.div(
            rx.el.button(
                "Send again",
                type="submit",
                disabled=shown("edited") == "",
                class_name="button small",
            ),
            rx.el.button("Keep it", type="button", class_name="button quiet small", on_click=keep),
            class_name="play-edit-acts",
        ),
        on_submit=act("resend"),
        class_name="play-question play-editing",
    )
