"""Onboarding for a new user: sign in, make a key, make a call."""

import reflex as rx

from hcai_app.docs.examples import calls
from hcai_app.settings import first_model, load_settings
from hcai_app.ui.components import shell
from hcai_app.ui.components.code import ORIGIN, code
from hcai_app.ui.islands.browser import copy_button
from hcai_app.ui.view_models import Figures

CALL = "first-call"


def first_steps(figures: Figures) -> rx.Component:
    """Show three steps, the done ones with a tick."""
    return rx.el.section(
        rx.el.h2("Three steps to your first answer"),
        rx.el.ol(
            step("Sign in", "That was the hard part.", is_done=True),
            step(
                "Make a key",
                "It is your password for programs. One for each project is a good habit.",
                is_done=figures.has_key,
                todo=shell.link("Make a key", to="/keys", class_name="button small"),
            ),
            step(
                "Make your first call",
                rx.fragment(
                    "Paste this into a terminal, with your key in it. This page notices. ",
                    shell.link("No terminal? Run it in the docs.", to="/docs"),
                ),
                is_done=figures.has_called,
            ),
            class_name="steps",
        ),
        example(),
        class_name="card first-steps",
    )


def step(
    title: str,
    text: str | rx.Component,
    *,
    is_done: bool | rx.Var[bool],
    todo: rx.Component | None = None,
) -> rx.Component:
    """Show one step; `todo` while it is not done."""
    tick = rx.icon("check", size=16, aria_hidden=True)
    return rx.el.li(
        rx.el.span(rx.cond(is_done, tick, rx.fragment()), class_name="step-mark"),
        rx.el.div(
            rx.el.h3(title, rx.cond(is_done, rx.el.span(" (done)", class_name="heard"), "")),
            rx.el.p(text),
        ),
        rx.cond(is_done, rx.fragment(), todo or rx.fragment()),
        class_name=rx.cond(is_done, "is-done", ""),
    )


def example() -> rx.Component:
    """Show a first call, complete but for the key."""
    settings = load_settings()
    model = first_model(settings.language_models)
    text = "export AI_KEY=sk-hc-v1-…\n\n" + calls.call(
        "chat", "curl", model=model, base=f"{ORIGIN}/proxy/v1"
    )
    return rx.el.div(
        rx.el.div(
            rx.el.span("In a terminal"),
            copy_button(CALL, "the call"),
            class_name="step-code-head",
        ),
        code(text, "curl", name=CALL, label="Your first call with curl"),
        class_name="step-code",
    )
