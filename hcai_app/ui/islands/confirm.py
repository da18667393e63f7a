"""Island `assets/confirm.jsx`: inline confirmation of irreversible actions."""

import reflex as rx


class _Confirm(rx.Component):
    library = "$/public/confirm.jsx"
    tag = "Confirm"
    label: rx.Var[str]
    what: rx.Var[str]
    question: rx.Var[str]
    yes: rx.Var[str]
    no: rx.Var[str]
    after: rx.Var[str]
    on_confirm: rx.EventHandler[rx.event.no_args_event_spec]


class _TypedConfirm(rx.Component):
    library = "$/public/confirm.jsx"
    tag = "TypedConfirm"
    label: rx.Var[str]
    phrase: rx.Var[str]
    question: rx.Var[str]
    yes: rx.Var[str]
    no: rx.Var[str]
    on_confirm: rx.EventHandler[rx.event.passthrough_event_spec(str)]


def confirm(
    label: str,
    *,
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
        question: The question.
        on_confirm: The handler of a confirmation.
        yes: The answer that acts; as the label when left out.
        no: The answer that does not.
        what: The button's subject, for screen readers.
        after: The id of the element to focus afterwards.
    """
    return _Confirm.create(
        label=label,
        what=what,
        question=question,
        yes=yes or label,
        no=no,
        after=after,
        on_confirm=on_confirm,
    )


def typed_confirm(
    label: str,
    *,
    phrase: str,
    question: str,
    yes: str,
    on_confirm: rx.event.EventType[str],
    no: str = "Keep it",
) -> rx.Component:
    """Show a button that wants a phrase typed first (in small letters); it is passed on."""
    return _TypedConfirm.create(
        label=label, phrase=phrase, question=question, yes=yes, no=no, on_confirm=on_confirm
    )
