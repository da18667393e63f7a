"""Questions before what cannot be taken back: popovers of the browser, without a script.

The safe answer has the focus, Escape gives it, and the focus goes back to where it was.
"""

from typing import Any

import reflex as rx

from hcai_app.edge.reflex_internals.browser import ClientVar
from hcai_app.ui.state import page_actions

FOCUSED = {"autofocus": ""}


def confirm(
    label: str,
    *,
    name: str | rx.Var[str],
    question: str,
    on_confirm: rx.event.EventType[()],
    yes: str | None = None,
    no: str = "Keep it",
    what: str | rx.Var[str] = "",
    after: str = "",
) -> rx.Component:
    """Show a button that asks before it acts.

    Args:
        label: The button's text.
        name: What tells this question from the page's others.
        question: The question.
        on_confirm: The handler of a confirmation.
        yes: The answer that acts; as the label when left out.
        no: The answer that does not.
        what: The button's subject, for screen readers.
        after: The id of the element to focus afterwards.
    """
    place = f"ask-{name}"
    act: list[Any] = [on_confirm, *([page_actions.focus(after)] if after else [])]
    return rx.fragment(
        _opener(label, place, rx.cond(what != "", f"{label} {what}", label), "small-button"),
        rx.el.div(
            rx.el.p(question),
            _closer(no, place, "button quiet small", FOCUSED),
            _closer(yes or label, place, "button strong small", on_click=act),
            id=place,
            role="group",
            aria_label=question,
            custom_attrs={"popover": "auto"},
            class_name="confirm-question",
        ),
    )


def typed_confirm(
    label: str,
    *,
    phrase: str,
    question: str,
    yes: str,
    on_confirm: rx.event.EventCallback[str],
    no: str = "Keep it",
) -> rx.Component:
    """Show a button that wants a phrase typed first (in small letters); it is passed on."""
    place = "ask-typed"
    typed = ClientVar.create("typed_phrase", default="")
    is_right = typed.value.to(str).strip().lower() == phrase
    return rx.fragment(
        _opener(label, place, label, "button quiet small"),
        rx.el.form(
            rx.el.p(question),
            _phrase_field(phrase, typed.set_value),
            rx.el.div(
                rx.el.button(yes, type="submit", disabled=~is_right, class_name="button small"),
                _closer(no, place, "button quiet small"),
                class_name="actions",
            ),
            id=place,
            on_submit=on_confirm(typed.value),
            custom_attrs={"popover": "auto"},
            class_name="confirm-question typed-confirm",
        ),
    )


def _phrase_field(phrase: str, on_change: Any) -> rx.Component:
    return rx.el.label(
        rx.el.span("Type “", rx.el.b(phrase), "” to go on"),
        rx.el.input(
            on_change=on_change,
            auto_complete="off",
            auto_capitalize="off",
            spell_check=False,
            max_length=100,
            custom_attrs=FOCUSED,
            class_name="input",
        ),
        class_name="field",
    )


def _opener(label: str, place: str, spoken: Any, class_name: str) -> rx.Component:
    attributes = {"popoverTarget": place}
    return rx.el.button(
        label, type="button", aria_label=spoken, custom_attrs=attributes, class_name=class_name
    )


def _closer(
    label: str, place: str, class_name: str, more: dict[str, str] | None = None, **props: Any
) -> rx.Component:
    hides = {"popoverTarget": place, "popoverTargetAction": "hide", **(more or {})}
    return rx.el.button(label, type="button", custom_attrs=hides, class_name=class_name, **props)
