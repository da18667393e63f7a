"""The conversations of this browser: search, open, rename, delete, take along, forget all."""

import reflex as rx

from hcai_app.ui.components.playground.parts import bare, closes, focused, labelled, opens, question
from hcai_app.ui.components.playground.store import CONVERSATION, Head, act, shown, store

PART = "play-conversations"
MOST = 60  # as in store.mjs
KEPT = f"The newest {MOST} are kept, in this browser and nowhere else."
LOST = "This browser keeps nothing: they are gone when you leave the page."


def conversation_list() -> rx.Component:
    """List the conversations, the newest first."""
    heads = shown("heads", list[Head])
    has_any = shown("room.all.length", int) > 0
    is_begun = shown("room.conversation.messages.length", int) > 0
    return rx.el.div(
        labelled(
            "plus",
            "New conversation",
            id="play-new",
            class_name="small-button play-new",
            on_click=act("begin"),
            **closes(PART),
        ),
        rx.cond(has_any, _search()),
        rx.el.ul(rx.foreach(heads, _head), aria_label="Conversations"),
        rx.cond(
            heads.length() == 0,
            rx.el.p(
                rx.cond(
                    shown("finding"),
                    "Nothing is found.",
                    "Your conversations will be listed here.",
                ),
                class_name="quiet",
            ),
        ),
        _undo(),
        rx.el.div(
            rx.cond(is_begun, _take_along()),
            rx.cond(has_any, _forget_all()),
            class_name="play-list-foot",
        ),
        rx.el.p(rx.cond(shown("room.lasts", bool), KEPT, LOST), class_name="play-note"),
        class_name="play-list",
    )


def _search() -> rx.Component:
    return rx.el.input(
        type="search",
        value=shown("finding"),
        on_change=act("put", "finding"),
        placeholder="Search",
        aria_label="Search your conversations",
        class_name="input small",
    )


def _head(head: rx.vars.ObjectVar[Head]) -> rx.Component:
    part, naming = f"play-delete-{head.id}", f"play-name-{head.id}"
    return rx.el.li(
        rx.el.button(
            head.name,
            rx.cond(
                head.isRunning,
                rx.el.span(rx.el.span(" (answering)", class_name="heard"), class_name="play-dot"),
            ),
            class_name="play-head-name",
            title=head.name,
            aria_current=rx.cond(head.id == CONVERSATION, "true", rx.Var("undefined")),
            on_click=store("choose", head.id),
            **closes(PART),
        ),
        bare("pencil", "Rename", head.name, **opens(naming)),
        _naming(head, naming),
        bare("trash-2", "Delete", head.name, **opens(part)),
        question(
            part,
            f"Delete {head.name}",
            "Delete this conversation? It is nowhere else.",
            "Delete it",
            act("remove", head.id),
        ),
        key=head.id,
        class_name="play-head",
    )


def _naming(head: rx.vars.ObjectVar[Head], part: str) -> rx.Component:
    """Ask for another name; Escape and a click beside it leave the old one."""
    return rx.el.form(
        rx.el.input(
            name="new_name",
            default_value=head.name,
            key=head.name,
            required=True,
            max_length=80,
            aria_label="Name of the conversation",
            class_name="input small",
            **focused(),
        ),
        # Reflex lifts the handler out of the list, where no conversation is known any more.
        rx.el.input(type="hidden", name="conversation", value=head.id, read_only=True),
        rx.el.button("Rename", type="submit", class_name="button strong small"),
        id=part,
        on_submit=act("rename"),
        custom_attrs={"popover": "auto"},
        class_name="play-question-window",
    )


def _undo() -> rx.Component:
    count = shown("room.removed.length", int)
    return rx.cond(
        count > 0,
        rx.el.div(
            rx.el.p(
                rx.cond(count == 1, "A conversation was deleted.", "They were deleted."),
                role="status",
            ),
            rx.el.button("Undo", type="button", class_name="small-button", on_click=store("undo")),
            class_name="play-undo",
        ),
    )


def _take_along() -> rx.Component:
    return rx.fragment(
        labelled("share-2", "Share", on_click=act("share", False), **opens("play-share")),
        rx.el.button(
            "Save as Markdown",
            type="button",
            class_name="small-button",
            on_click=act("saveAs", "md"),
        ),
        rx.el.button(
            "Save as JSON", type="button", class_name="small-button", on_click=act("saveAs", "json")
        ),
    )


def _forget_all() -> rx.Component:
    return rx.fragment(
        rx.el.button("Forget all", class_name="small-button", **opens("play-forget")),
        question(
            "play-forget",
            "Forget all",
            "Forget all conversations? They are nowhere else.",
            "Forget all",
            act("remove", ""),
        ),
    )
