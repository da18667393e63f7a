"""The answers of a conversation: what has come, what it took, what can be done with it."""

from typing import Any

import reflex as rx

from hcai_app.ui.components.plain import anchor
from hcai_app.ui.components.playground.files import drawn
from hcai_app.ui.components.playground.markdown import markdown
from hcai_app.ui.components.playground.parts import bare, icon, obstacle
from hcai_app.ui.components.playground.receipt import receipt
from hcai_app.ui.components.playground.store import (
    IS_OFFERED,
    IS_RUNNING,
    ToolCall,
    store,
)
from hcai_app.ui.components.shell import link
from hcai_app.ui.islands.browser import copy_text
from hcai_app.ui.state.playground import SIGN_IN_AGAIN

HELP_NOW = "/help/now"


def versions(message: Any) -> rx.Component:
    """Turn over the versions of a message."""
    return rx.cond(
        message.versions.length() > 1,
        rx.el.span(
            bare(
                "chevron-left",
                "Earlier version",
                disabled=message.at == 1,
                on_click=store("pick", message.versions[message.at - 2]),
            ),
            rx.el.span(message.at, "/", message.versions.length(), class_name="num"),
            bare(
                "chevron-right",
                "Later version",
                disabled=message.at == message.versions.length(),
                on_click=store("pick", message.versions[message.at]),
            ),
            class_name="play-versions",
            role="group",
            aria_label="Versions",
        ),
    )


def answer(message: Any, *, is_beside: bool) -> rx.Component:
    """Show an answer, as far as it has come."""
    is_running = message.state == "running"
    return rx.el.article(
        rx.el.p(
            rx.el.i(class_name="play-dot", style={"background": message.color}, aria_hidden=True),
            message.by,
            class_name="play-by",
        ),
        rx.cond(message.help, help_notice()),
        rx.cond(message.reasoning, thoughts(message, is_running)),
        rx.cond(
            is_running
            & ~message.text.bool()
            & ~message.reasoning.bool()
            & (message.images.length() == 0),
            waiting(),
        ),
        rx.cond(message.text, markdown(message.text)),
        rx.cond(message.calls, rx.foreach(message.calls, called)),
        rx.cond(
            message.images.length() > 0,
            rx.el.div(
                rx.foreach(message.images, lambda it: drawn(it, message.by)),
                class_name="play-pictures",
            ),
        ),
        rx.cond(message.error, failure(message)),
        ending(message),
        rx.cond(is_running, rx.fragment(), foot(message, is_beside=is_beside)),
        key=message.id,
        class_name="play-answer",
        aria_label=message.by,
        aria_busy=is_running,
    )


def help_notice() -> rx.Component:
    """Lead to people who help, where the answer's header asks for it."""
    return rx.el.p(
        icon("heart-handshake", 20),
        rx.el.span(
            "Having a hard time? You can talk to somebody now. ",
            anchor("Who to call or write to", href=HELP_NOW),
        ),
        class_name="play-help",
        role="note",
    )


def waiting() -> rx.Component:
    """Show that nothing has come yet."""
    return rx.el.p(
        *[rx.el.i() for _ in range(3)],
        rx.el.span("Waiting for the answer", class_name="heard"),
        class_name="play-waiting",
    )


def thoughts(message: Any, is_running: rx.Var[bool]) -> rx.Component:
    """Show what a model thought; open while there is nothing else."""
    is_thinking = is_running & ~message.text.bool()
    return rx.el.details(
        rx.el.summary(rx.cond(is_thinking, "Thinking …", "What it thought")),
        rx.el.p(message.reasoning),
        open=rx.cond(is_thinking, True, rx.Var("undefined")),
        class_name="play-thoughts",
    )


def called(one: rx.vars.ObjectVar[ToolCall]) -> rx.Component:
    """Show a tool that the model wants called."""
    return rx.el.p(
        icon("wrench"),
        "It wants to call ",
        rx.el.code(one.name, "(", one.text, ")", class_name="mono"),
        class_name="play-note play-called",
    )


def failure(message: Any) -> rx.Component:
    """Show why an answer failed, and what can be done."""
    return obstacle(
        message.error.message,
        message.error.untilMs,
        rx.cond(
            message.error.code == 401,
            anchor("Sign in again", href=SIGN_IN_AGAIN, class_name="small-button"),
            rx.el.button(
                "Try again",
                type="button",
                class_name="small-button",
                disabled=IS_RUNNING,
                on_click=store("again", message),
            ),
        ),
    )


def ending(message: Any) -> rx.Component:
    """Say how an answer ended, unless it ended as it should."""
    stopped = rx.el.p(
        "Stopped. What it cost is settled in a moment, see ",
        link("Activity", to="/activity"),
        ".",
        class_name="play-note",
    )
    cut = "Cut off: the answer reached its longest length (see the settings)."
    filtered = "The provider’s filter ended this answer."
    return rx.fragment(
        rx.cond(message.state == "stopped", stopped),
        rx.match(
            message.finish,
            ("length", rx.el.p(cut, class_name="play-note")),
            ("content_filter", rx.el.p(filtered, class_name="play-note")),
            rx.fragment(),
        ),
    )


def report(message: Any) -> rx.Component:
    """Lead to where the answer can be reported."""
    return link(
        icon("flag"),
        rx.el.span("Report this answer", class_name="heard"),
        to=f"/activity?report={message.requestId}",
        class_name="play-act",
        title="Report this answer",
    )


def foot(message: Any, *, is_beside: bool) -> rx.Component:
    """Show what an answer took, and what can be done with it."""
    again = bare(
        "refresh-cw",
        "Ask again",
        "for another answer",
        disabled=IS_RUNNING | ~IS_OFFERED,
        on_click=store("again", message),
    )
    pick = rx.el.button(
        "Go on with this one",
        type="button",
        class_name="button small quiet",
        disabled=IS_RUNNING,
        on_click=store("pick", message),
    )
    return rx.el.div(
        receipt(message),
        rx.el.div(
            rx.fragment() if is_beside else versions(message),
            rx.cond(message.text, copy_text(message.text, "the answer", "play-act")),
            rx.fragment() if is_beside else again,
            rx.cond(message.requestId, report(message)),
            class_name="play-acts",
        ),
        pick if is_beside else rx.fragment(),
        class_name="play-foot",
    )
