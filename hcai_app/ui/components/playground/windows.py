"""The playground's windows: models, palette, sharing, a picture enlarged."""

from typing import Any

import reflex as rx

from hcai_app.ui.components.playground.code_view import program
from hcai_app.ui.components.playground.files import LIGHT
from hcai_app.ui.components.playground.parts import focused, icon, labelled, sheet
from hcai_app.ui.components.playground.store import (
    MODE,
    MODEL,
    ModelRow,
    PaletteEntry,
    act,
    put,
    shown,
)
from hcai_app.ui.components.shell import link
from hcai_app.ui.islands.browser import copy_text
from hcai_app.ui.state.playground import PlaygroundState
from hcai_app.ui.view_models.models import UNSERVED

MODELS, PALETTE, SHARE = "play-models", "play-palette", "play-share"


def windows() -> rx.Component:
    """Hold the windows, which stay closed until something opens them."""
    return rx.fragment(picker(), palette(), program(), sharing(), light_box(), dropping())


def model_button() -> rx.Component:
    """Show the chosen model, and open the picker."""
    return rx.el.button(
        rx.el.i(class_name="play-dot", style={"background": MODEL.color}, aria_hidden=True),
        rx.el.span("Model", id="play-model-is", class_name="heard"),
        rx.el.span(MODEL.name, id="play-model-name"),
        icon("chevrons-up-down"),
        type="button",
        value=MODEL.id,
        aria_labelledby="play-model-is play-model-name",
        class_name="input small play-model",
        on_click=put(picking="model", query=""),
        custom_attrs={"popoverTarget": MODELS},
    )


def picker() -> rx.Component:
    """Choose a model, or those that answer beside it."""
    is_rival = (shown("picking") == "rival") & (MODE == "chat")
    found = shown("found", list[ModelRow])
    return sheet(
        MODELS,
        "Models",
        rx.cond(
            is_rival,
            rx.el.p("Up to three more models get the same question.", class_name="quiet"),
        ),
        rx.el.input(
            id="play-query",
            type="search",
            value=shown("query"),
            on_change=act("put", "query"),
            placeholder="Search: a name, image, file, reasoning, tools",
            aria_label="Search models",
            class_name="input",
            **focused(),
        ),
        rx.el.ul(
            rx.foreach(found, lambda it: _model(it, is_rival)),
            aria_label="Models",
            class_name="play-found",
        ),
        rx.cond(found.length() == 0, rx.el.p("No model is found.", class_name="quiet")),
        custom_attrs={"onKeyDown": act("arrow")},
    )


def _model(model: rx.vars.ObjectVar[ModelRow], is_rival: Any) -> rx.Component:
    is_chosen = (model.id == MODEL.id) | (
        is_rival & shown("room.conversation.rivals", list[str]).contains(model.id)
    )
    abilities = (
        (model.inputs.contains("image"), "sees pictures"),
        (model.inputs.contains("file"), "reads PDFs"),
        (model.outputs.contains("image"), "draws"),
        (model.reasons, "reasons"),
        (model.tools, "uses tools"),
    )
    return rx.el.li(
        rx.el.button(
            rx.el.i(class_name="play-dot", style={"background": model.color}, aria_hidden=True),
            rx.el.span(
                rx.el.b(model.name),
                rx.el.small(model.maker),
                class_name="play-found-name",
            ),
            rx.el.span(
                rx.cond(model.isUnserved, rx.el.span(UNSERVED, class_name="pill")),
                *[rx.cond(able, rx.el.span(word, class_name="pill")) for able, word in abilities],
                class_name="play-found-can",
            ),
            rx.el.span(model.words, class_name="play-found-price"),
            rx.el.span(PlaygroundState.speeds[model.id.to(str)], class_name="play-found-speed"),
            type="button",
            value=model.id,
            aria_pressed=is_chosen,
            on_click=act("takeModel", model.id),
            custom_attrs={"data-item": ""},
        ),
        key=model.id,
    )


def palette() -> rx.Component:
    """Go anywhere by name: pages, models, conversations."""
    return sheet(
        PALETTE,
        "Go to",
        rx.el.input(
            id="play-wanted",
            type="search",
            value=shown("wanted"),
            on_change=act("put", "wanted"),
            placeholder="A page, a model, a conversation",
            aria_label="Where to",
            class_name="input",
            **focused(),
        ),
        rx.el.ul(
            rx.foreach(shown("palette", list[PaletteEntry]), _entry),
            aria_label="Found",
            class_name="play-found",
        ),
        custom_attrs={"onKeyDown": act("arrow")},
    )


def _entry(entry: rx.vars.ObjectVar[PaletteEntry]) -> rx.Component:
    inside = (
        rx.el.span(entry.name, class_name="play-found-name"),
        rx.el.span(entry.kind, class_name="pill"),
    )
    event = act("go", entry.kind, entry.id)
    item = {"on_click": event, "custom_attrs": {"data-item": ""}}
    return rx.el.li(
        rx.cond(
            entry.kind == "Page",
            link(*inside, to=entry.id, **item),
            rx.el.button(*inside, type="button", **item),
        ),
        key=entry.id,
    )


def sharing() -> rx.Component:
    """Share the open conversation in a link that no server reads."""
    address = shown("link")
    with_answers = shown("withAnswers", bool)
    return sheet(
        SHARE,
        "Share this conversation",
        rx.el.p(
            "Everything lies in the link itself, and nothing on our server. Whoever has it can "
            "read it, and pass it on. Files are left out.",
            class_name="quiet",
        ),
        rx.el.label(
            rx.el.input(type="checkbox", checked=with_answers, on_change=act("share")),
            "With the answers",
            class_name="play-check",
        ),
        rx.cond(
            address,
            rx.el.div(
                rx.el.input(
                    value=address,
                    read_only=True,
                    aria_label="Link",
                    class_name="input small mono",
                ),
                copy_text(address, "the address", "play-act"),
                class_name="play-link",
            ),
            rx.el.p("It is too long for a link. Send it as a file."),
        ),
        labelled("download", "Save as a file", on_click=act("saveShared")),
        rx.el.p(
            "A file is opened at ",
            link("/shared", to="/shared"),
            ".",
            class_name="play-note",
        ),
    )


def light_box() -> rx.Component:
    """Show a picture as large as the window."""
    return rx.el.div(
        rx.cond(shown("light"), rx.el.img(src=shown("light"), alt="The picture, enlarged")),
        rx.el.button(
            icon("x", 20),
            rx.el.span("Close the picture", class_name="heard"),
            type="button",
            class_name="play-act",
            custom_attrs={"popoverTarget": LIGHT, "popoverTargetAction": "hide"},
        ),
        id=LIGHT,
        role="dialog",
        aria_label="Picture",
        custom_attrs={"popover": "auto"},
        class_name="play-light",
    )


def dropping() -> rx.Component:
    """Show where a file may be dropped: anywhere."""
    return rx.cond(
        shown("dropping", bool),
        rx.el.div(icon("image-plus", 32), rx.el.p("Drop it anywhere"), class_name="play-drop"),
    )


def resting() -> rx.Component:
    """Remind whoever has sat here for three hours of a break."""
    return rx.cond(
        PlaygroundState.is_tired,
        rx.el.div(
            icon("coffee", 20),
            rx.el.p("You have been here for three hours. Stretch, drink something, look outside."),
            labelled("x", "Fine", on_click=PlaygroundState.go_on),
            role="status",
            class_name="play-rest",
        ),
    )
