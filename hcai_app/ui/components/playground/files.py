"""Files and pictures of messages."""

from typing import Any

import reflex as rx

from hcai_app.ui.components.plain import anchor
from hcai_app.ui.components.playground.parts import icon, labelled
from hcai_app.ui.components.playground.store import IS_OFFERED, MODEL, File, act, put, url_of, words

LIGHT = "play-light"  # the window that shows a picture as large as it can be


def is_picture(file: rx.vars.ObjectVar[File]) -> Any:
    """Return whether a file is shown as a picture."""
    return file.type.startswith("image/")


def drawn(file: rx.vars.ObjectVar[File], by: rx.Var[str]) -> rx.Component:
    """Show a picture that a model has drawn."""
    url = url_of(file)
    picture = rx.el.img(src=url, alt=f"Picture by {by}")
    return rx.cond(
        url,
        rx.el.figure(
            rx.el.button(
                picture,
                type="button",
                class_name="play-enlarge",
                title="Enlarge",
                on_click=put(light=url),
                custom_attrs={"popoverTarget": LIGHT},
            ),
            rx.el.div(
                anchor(
                    icon("download"),
                    rx.el.span("Save", rx.el.span(" the picture", class_name="heard")),
                    href=url,
                    download=file.name,
                    class_name="small-button",
                ),
                labelled(
                    "wand-sparkles",
                    "Edit this picture",
                    on_click=act("editPicture", file.id),
                ),
                class_name="play-edit-acts",
            ),
            class_name="play-picture",
        ),
        rx.el.span(class_name="play-picture-room"),
    )


def kept(file: rx.vars.ObjectVar[File]) -> rx.Component:
    """Show a file of a question."""
    url = url_of(file)
    return rx.cond(
        is_picture(file),
        rx.cond(
            url,
            rx.el.button(
                rx.el.img(src=url, alt=file.name, class_name="play-thumb"),
                type="button",
                class_name="play-enlarge",
                title="Enlarge",
                on_click=put(light=url),
                custom_attrs={"popoverTarget": LIGHT},
            ),
            rx.el.span(class_name="play-thumb"),
        ),
        rx.el.span(
            icon("file-text"),
            rx.el.span(file.name),
            rx.el.small(words("megabytes", file.size)),
            class_name="play-file",
        ),
    )


def unseen(files: rx.vars.ArrayVar[list[File]]) -> rx.Component:
    """Say which of some files the chosen model is not sent."""
    return rx.cond(IS_OFFERED, rx.foreach(files, _unseen))


def _unseen(file: rx.vars.ObjectVar[File]) -> rx.Component:
    note = rx.el.span(f"{MODEL.name} does not see {file.name}. ", key=file.id)
    return rx.cond(MODEL.takes.contains(file.type), rx.fragment(), note)
