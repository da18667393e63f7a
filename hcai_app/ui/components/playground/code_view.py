"""The playground's code view: the open request as a program, written by the server."""

import reflex as rx

from hcai_app.docs.examples import calls
from hcai_app.docs.examples.library import Language
from hcai_app.edge.reflex_internals.browser import browser_call
from hcai_app.ui.components.alarm import alarm
from hcai_app.ui.components.playground.parts import sheet
from hcai_app.ui.components.playground.store import act, shown
from hcai_app.ui.islands.browser import copy_text
from hcai_app.ui.islands.playground import script

CODE = "play-code"
RESTED_MS = 200
LANGUAGES: tuple[tuple[Language, str], ...] = (
    *(("curl", "curl"), ("python", "Python")),
    ("javascript", "JavaScript"),
)
NEEDS_FILE = "Your files must lie beside the program."


def program() -> rx.Component:
    """Show the request as a program."""
    return sheet(
        CODE,
        "This request as code",
        rx.cond(
            shown("coding", bool),
            rx.el.div(_writer(), _languages(), _code(), _needs(), class_name="play-program"),
        ),
        is_wide=True,
        custom_attrs={"onToggle": act("toggleCode")},
    )


def _writer() -> rx.Component:
    """Have the open request written, once the reader rests."""
    request = shown("request")
    writes = browser_call("writeProgram", script("parts.jsx"), request, is_event=True)
    return rx.cond(request, alarm(RESTED_MS, writes, set_by=request))


def _languages() -> rx.Component:
    tabs = [
        rx.el.button(
            name,
            type="button",
            aria_pressed=shown("language") == value,
            on_click=act("setLanguage", value),
        )
        for value, name in LANGUAGES
    ]
    return rx.el.div(
        rx.el.div(*tabs, role="group", aria_label="Language", class_name="tabs"),
        copy_text(shown("code"), "the program", "play-act"),
        class_name="play-program-head",
    )


def _code() -> rx.Component:
    return rx.el.pre(
        rx.el.code(shown("code"), id="play-program"),
        tab_index=0,
        role="region",
        aria_label="The request as a program",
        class_name="code",
    )


def _needs() -> rx.Component:
    language, text = shown("language"), shown("code")
    needs = rx.match(language, *[(name, calls.NEEDS.get(name, "")) for name, _ in LANGUAGES], "")
    has_file = text.contains("data_url(") | text.contains("dataUrl(") | text.contains("base64 <")
    return rx.el.p(
        "Set ",
        rx.el.code("AI_KEY", class_name="mono"),
        " to one of your keys first. ",
        rx.cond(needs, rx.el.span("It needs ", rx.el.code(needs, class_name="mono"), ". ")),
        rx.cond(has_file, NEEDS_FILE, ""),
        class_name="play-note",
    )
