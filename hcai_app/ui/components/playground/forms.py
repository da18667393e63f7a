"""Tools and schemas as forms, with the JSON that is sent below them."""

import reflex as rx

from hcai_app.ui.components.playground.parts import bare, labelled
from hcai_app.ui.components.playground.store import Field, Form, act, shown, store

TYPES = ("string", "number", "integer", "boolean", "array", "object")
ABOUT = {
    "tools": "What your program can do for the model. It answers with the call that it wants.",
    "schema": "The answer is JSON with these fields.",
}


def editor(kind: str, title: str) -> rx.Component:
    """Edit the tools, or the schema of the answer."""
    forms = shown(kind, list[Form])
    name = "Add a tool" if kind == "tools" else "Add a schema"
    add = labelled("plus", name, on_click=act("form", kind, -1, ""))
    return rx.el.details(
        rx.el.summary(title),
        rx.el.p(ABOUT[kind], class_name="quiet"),
        rx.foreach(forms, lambda form, at: _form(kind, form, at)),
        rx.cond((forms.length() == 0) | (kind == "tools"), add),
        rx.el.details(
            rx.el.summary("As JSON"),
            rx.el.textarea(
                value=shown(f"room.conversation.settings.{kind}"),
                on_change=store("setting", kind),
                rows=6,
                aria_label=f"{title} as JSON",
                class_name="input mono",
            ),
            class_name="play-more",
        ),
        class_name="play-more play-forms",
    )


def _form(kind: str, form: rx.vars.ObjectVar[Form], at: rx.Var[int]) -> rx.Component:
    remove = labelled("trash-2", "Remove", on_click=act("form", kind, at, ""))
    return rx.el.fieldset(
        rx.el.legend(form.name),
        rx.cond(form.isOwn, _members(kind, form, at)),
        rx.el.div(
            rx.cond(
                form.isOwn,
                labelled("plus", "Add a field", on_click=act("field", kind, at, -1, "")),
            ),
            remove,
            class_name="play-edit-acts",
        ),
    )


def _members(kind: str, form: rx.vars.ObjectVar[Form], at: rx.Var[int]) -> rx.Component:
    return rx.fragment(
        _line(act("form", kind, at, "name"), form.name, "Name"),
        _line(act("form", kind, at, "about"), form.about, "What it does")
        if kind == "tools"
        else "",
        rx.foreach(form.fields, lambda field, place: _field(kind, at, field, place)),
    )


def _line(event: rx.Var[str], value: rx.Var[str], label: str) -> rx.Component:
    return rx.el.input(
        value=value, on_change=event, placeholder=label, aria_label=label, class_name="input small"
    )


def _field(
    kind: str, at: rx.Var[int], field: rx.vars.ObjectVar[Field], place: rx.Var[int]
) -> rx.Component:
    return rx.el.div(
        _line(act("field", kind, at, place, "name"), field.name, "Field"),
        rx.el.select(
            *[rx.el.option(it, value=it) for it in TYPES],
            value=field.type,
            on_change=act("field", kind, at, place, "type"),
            aria_label="Type",
            class_name="input small",
        ),
        bare("x", "Remove", field.name, on_click=act("field", kind, at, place, "")),
        _line(act("field", kind, at, place, "about"), field.about, "What it holds"),
        rx.el.label(
            rx.el.input(
                type="checkbox",
                checked=field.required,
                on_change=act("field", kind, at, place, "required"),
            ),
            "needed",
            class_name="play-check",
        ),
        class_name="play-form-field",
    )
