"""Where a message is written, and files are attached to it."""

from typing import Any

import reflex as rx

from hcai_app.services.limits import period
from hcai_app.services.models.listing import PDF, PICTURES
from hcai_app.settings import load_settings
from hcai_app.ui.components.playground.files import is_picture, unseen
from hcai_app.ui.components.playground.parts import bare, icon, labelled, opens
from hcai_app.ui.components.playground.store import (
    IS_OFFERED,
    IS_RUNNING,
    MODEL,
    File,
    ModelRow,
    RefusedFile,
    act,
    put,
    shown,
    url_of,
    words,
)
from hcai_app.ui.state.playground import PlaygroundState

FILES = "play-files"
MB = 1024**2
# What stands around the files in a body, roughly.
ROOM_FOR_THE_REST = 16_384


def composer() -> rx.Component:
    """Show the field, what is attached, and what can be done."""
    attached = shown("room.conversation.draft.files", list[File])
    return rx.el.form(
        rx.cond(
            attached.length() > 0,
            rx.el.ul(
                rx.foreach(attached, _attached), class_name="play-attached", aria_label="Attached"
            ),
        ),
        rx.el.textarea(
            id="play-field",
            class_name="play-field",
            aria_label="Your message",
            placeholder=_asked(),
            rows=1,
            value=shown("room.conversation.draft.text"),
            on_change=act("write"),
            custom_attrs={"onKeyDown": act("sendOnEnter"), "onPaste": act("paste")},
        ),
        rx.el.div(
            _attach(),
            rx.el.p(_left(), class_name="play-left"),
            _send(),
            class_name="play-composer-foot",
        ),
        trouble(),
        on_submit=act("send"),
        class_name="play-composer",
    )


def _asked() -> rx.Var[str]:
    """Say who will answer: the chosen model, or how many of them."""
    beside = shown("rivals", list[ModelRow]).length()
    several = f"Ask {beside + 1} models"
    return rx.cond(beside > 0, several, rx.cond(MODEL.name, f"Ask {MODEL.name}", ""))


def _left() -> rx.Var[str]:
    day = PlaygroundState.day
    return rx.cond(day.left != "", f"{day.left} left {period.THIS} · {day.calls_left} left", "")


def _send() -> rx.Component:
    has_words = shown("room.conversation.draft.text").strip() != ""
    has_files = shown("room.conversation.draft.files", list[File]).length() > 0
    return rx.cond(
        IS_RUNNING,
        rx.el.button(
            rx.icon("square", size=14, aria_hidden=True, fill="currentColor"),
            "Stop",
            type="button",
            class_name="play-send is-stop",
            on_click=act("stop"),
        ),
        rx.el.button(
            icon("arrow-up"),
            "Send",
            type="submit",
            class_name="play-send",
            disabled=~(IS_OFFERED & (has_words | has_files)),
        ),
    )


def _attach() -> rx.Component:
    return rx.cond(
        MODEL.takes.length() > 0,
        rx.el.label(
            icon("paperclip"),
            rx.el.span(
                rx.cond(MODEL.takes.length() > 1, "Attach a picture or a PDF", "Attach a file"),
                class_name="heard",
            ),
            rx.el.input(
                type="file",
                multiple=True,
                accept=MODEL.takes.join(","),
                class_name="heard",
                data_testid="files",
                custom_attrs={"onChange": act("attachChosen")},
            ),
            title="Attach",
            class_name="play-act",
        ),
    )


def _attached(file: rx.vars.ObjectVar[File]) -> rx.Component:
    return rx.el.li(
        rx.cond(
            is_picture(file),
            rx.el.img(src=url_of(file), alt="", class_name="play-preview"),
            icon("file-text"),
        ),
        rx.el.span(file.name),
        rx.el.small(words("megabytes", file.size)),
        bare("x", "Remove", file.name, on_click=act("detach", file.id)),
        key=file.id,
        class_name="play-file",
    )


def trouble() -> rx.Component:
    """Say why nothing can be sent, or what will not be seen; offer a model that fits."""
    fitting = shown("fitting", ModelRow)
    gone = rx.cond(
        MODEL.id,
        f"{MODEL.id} is not offered any more. Choose another model to go on.",
        "No model is offered right now.",
    )
    refusal = shown("refusal", RefusedFile)
    written = shown("room.conversation.draft.files", list[File])
    return rx.fragment(
        rx.el.p(
            rx.cond(IS_OFFERED, rx.cond(refusal, _reason(refusal), unseen(written)), gone),
            class_name="play-trouble",
            role="status",
        ),
        rx.cond(
            fitting,
            rx.el.button(
                f"Switch to {fitting.name}",
                type="button",
                class_name="small-button play-fitting",
                on_click=act("takeFitting", fitting.id),
            ),
        ),
    )


def max_file_bytes() -> int:
    """Return how large files may be together: in base64 three bytes become four."""
    return (load_settings().max_body_bytes - ROOM_FOR_THE_REST) * 3 // 4


def _reason(refusal: Any) -> Any:
    """Say why a file cannot be sent."""
    name = rx.cond(refusal.name, refusal.name, "This file")
    what = rx.cond(refusal.name, f"{refusal.name} is", "The files of this conversation are")
    most, body = max_file_bytes() // MB, load_settings().max_body_bytes // MB
    large = (
        f"{what} {words('megabytes', refusal.bytes)}. The most that fits into a request is "
        f"{most} MB: it may have {body} MB, and files grow by a third on the way."
    )
    kinds = rx.cond(MODEL.takes.contains(PICTURES[0]), "a PDF, PNG, JPEG, WebP or GIF", "a PDF")
    return rx.match(
        refusal.type,
        (PDF, f"{name}: this model cannot read PDFs. Choose one that takes files."),
        *[
            (it, f"{name}: {MODEL.name} cannot see pictures. Choose one that takes images.")
            for it in PICTURES
        ],
        rx.cond(refusal.bytes, large, f"{name} cannot be sent: {kinds} can."),
    )


def rivals() -> rx.Component:
    """Show which models answer beside the chosen one."""
    return rx.el.div(
        rx.foreach(
            shown("rivals", list[ModelRow]),
            lambda it: rx.el.span(
                it.name,
                bare("x", "No longer beside", it.name, on_click=act("dropRival", it.id)),
                key=it.id,
                class_name="play-rival",
            ),
        ),
        labelled(
            "columns-2",
            rx.el.span("Compare", class_name="play-bar-label"),
            title="Ask several models at once",
            on_click=put(picking="rival", query=""),
            **opens("play-models"),
        ),
        class_name="play-rivals",
    )
