"""How a conversation is to be answered: only what its model takes is shown."""

from typing import Any

import reflex as rx

from hcai_app.services.models.settings import SETTINGS, Setting
from hcai_app.ui.components.playground.forms import editor
from hcai_app.ui.components.playground.parts import bare, icon
from hcai_app.ui.components.playground.store import MODEL, act, shown, store, words

PART = "play-settings"


def settings() -> rx.Component:
    """Show the settings of the open conversation."""
    draws = MODEL.outputs.contains("image")
    stream = shown("room.conversation.settings.stream", bool)
    return rx.el.div(
        system_prompt(),
        *[_field(setting) for setting in SETTINGS if setting.usual],
        rx.el.details(
            rx.el.summary("More settings"),
            rx.el.div(
                *[_field(setting) for setting in SETTINGS if not setting.usual],
                class_name="play-settings",
            ),
            class_name="play-more",
        ),
        rx.cond(
            draws,
            rx.fragment(),
            rx.el.label(
                rx.el.input(
                    type="checkbox",
                    checked=stream != False,  # noqa: E712 - a comparison in the browser
                    on_change=store("setting", "stream"),
                ),
                "Stream the answer, word by word",
                class_name="play-check",
            ),
        ),
        rx.el.button(
            "Back to the model’s own",
            type="button",
            class_name="small-button",
            on_click=act("reset"),
        ),
        class_name="play-settings",
    )


def system_prompt() -> rx.Component:
    """Show the system prompt, and those that were kept."""
    prompts = shown("prompts", list[str])
    return rx.el.div(
        rx.el.label(
            "System prompt",
            rx.el.textarea(
                rows=5,
                value=shown("room.conversation.settings.system"),
                on_change=store("setting", "system"),
                placeholder="You are a pirate who teaches chemistry.",
                class_name="input",
            ),
            class_name="field",
        ),
        rx.el.div(
            rx.el.button(
                icon("bookmark-plus"),
                "Keep this prompt",
                type="button",
                class_name="small-button",
                on_click=act("keepPrompt"),
            ),
            class_name="play-edit-acts",
        ),
        rx.cond(
            prompts.length() > 0,
            rx.el.details(
                rx.el.summary("Kept prompts"),
                rx.el.ul(rx.foreach(prompts, _prompt), class_name="play-prompts"),
                class_name="play-more",
            ),
        ),
        class_name="play-system",
    )


def _prompt(text: rx.Var[str]) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            text,
            type="button",
            class_name="play-head-name",
            title=text,
            on_click=store("setting", "system", text),
        ),
        bare("x", "Forget", text, on_click=act("dropPrompt", text)),
        class_name="play-head",
    )


def _field(setting: Setting) -> rx.Component:
    value = shown(f"room.conversation.settings.{setting.name}")
    part = f"play-set-{setting.name}"
    label = rx.el.label(setting.label, html_for=part)
    head = _range_head(setting, value, label) if setting.kind == "range" else label
    if setting.kind == "json":
        return rx.cond(_is_taken(setting), editor(setting.name, setting.label))
    return rx.cond(
        _is_taken(setting),
        rx.el.div(
            head,
            CONTROLS[setting.kind](setting, value, part),
            rx.el.p(setting.hint, id=f"{part}-hint", class_name="quiet") if setting.hint else "",
            class_name="play-setting",
        ),
    )


def _is_taken(setting: Setting) -> rx.Var[bool]:
    if setting.for_pictures:
        return MODEL.outputs.contains("image")
    first, *others = setting.takes
    taken = MODEL.parameters.contains(first)
    for other in others:
        taken = taken | MODEL.parameters.contains(other)
    return taken


def _described(setting: Setting, part: str) -> dict[str, Any]:
    hint = {"aria_describedby": f"{part}-hint"} if setting.hint else {}
    return {"id": part, "on_change": store("setting", setting.name), **hint}


def _range_head(setting: Setting, value: rx.Var[str], label: rx.Component) -> rx.Component:
    """Show what is set, and the way back, over a slider that is as wide as its neighbours."""
    return rx.el.div(
        label,
        rx.el.button(
            "Reset",
            type="button",
            class_name="play-reset",
            disabled=~value.bool(),
            aria_label=f"{setting.label}: as the model likes",
            on_click=store("setting", setting.name, ""),
        ),
        rx.el.output(rx.cond(value, value, "default")),
        class_name="play-range-head",
    )


def _range(setting: Setting, value: rx.Var[str], part: str) -> rx.Component:
    return rx.el.input(
        type="range",
        min=setting.min,
        max=setting.max,
        step=setting.step,
        value=rx.cond(value, value, str(setting.rest)),
        class_name="play-range",
        **_described(setting, part),
    )


def _number(setting: Setting, value: rx.Var[str], part: str) -> rx.Component:
    most = rx.cond(MODEL.maxOutput, f"up to {words('count', MODEL.maxOutput)}", "default")
    return rx.el.input(
        type="number",
        min=setting.min,
        step=setting.step,
        value=value,
        placeholder=most if setting.name == "max_tokens" else "default",
        class_name="input small",
        custom_attrs={"inputMode": "numeric"},
        **_described(setting, part),
    )


def _choice(setting: Setting, value: rx.Var[str], part: str) -> rx.Component:
    options = [rx.el.option(text, value=name) for name, text in setting.choices]
    return rx.el.select(
        *options, value=value, class_name="input small", **_described(setting, part)
    )


def _text(setting: Setting, value: rx.Var[str], part: str) -> rx.Component:
    return rx.el.input(
        type="text",
        value=value,
        max_length=100,
        placeholder="nothing",
        class_name="input small",
        **_described(setting, part),
    )


CONTROLS = {"range": _range, "number": _number, "choice": _choice, "text": _text}
