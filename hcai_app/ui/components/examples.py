"""A code example in tabs by language and client.

The tabs are radio buttons and the panel is chosen by CSS (`assets/examples.css`), so that they work
without a script; `RememberedTabs` keeps what somebody has chosen once.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import reflex as rx

from hcai_app.docs.examples import calls, highlight, library, powershell
from hcai_app.docs.examples.library import Example, Program
from hcai_app.settings import load_settings
from hcai_app.ui.components.code import block
from hcai_app.ui.islands.browser import copy_button
from hcai_app.ui.view_models import ExampleView


def example_tabs(
    examples: rx.Var[list[ExampleView]] | list[ExampleView], *, name: str = "example"
) -> rx.Component:
    """Show the examples; `name` begins the ids of its parts."""
    return rx.el.div(
        rx.el.fieldset(
            rx.el.legend("Language", class_name="heard"),
            rx.foreach(examples, lambda example, place: _tab(example, place, name)),
            class_name="tabs",
        ),
        rx.el.div(
            rx.foreach(examples, lambda example: _panel(example, name)),
            class_name="examples-panels",
        ),
        class_name="examples",
    )


def views_of(example: Example, places: Mapping[str, str]) -> list[ExampleView]:
    """Return the tabs of an example; a language with several clients has a tab for each."""
    many = Counter(program.language for program in example.programs)
    views = [
        ExampleView(
            language=program.language,
            client=program.client,
            name=_title(program, is_one_of_several=many[program.language] > 1),
            needs=program.needs,
            html=html_of(library.filled(program, places), program.language),
        )
        for program in example.programs
    ]
    return [*views[:1], *_for_windows(example, places), *views[1:]]


def _for_windows(example: Example, places: Mapping[str, str]) -> list[ExampleView]:
    """Return the call for PowerShell, which stands beside the one with curl."""
    text = library.fill(powershell.of_example(example), places)
    return [powershell_view(text)] if text else []


def powershell_view(text: str) -> ExampleView:
    """Return a call for PowerShell as a tab."""
    return ExampleView("powershell", powershell.TITLE, "", html_of(text, "powershell"))


def html_of(text: str, language: str) -> str:
    """Return a program as highlighted HTML, with our address in its places."""
    return highlight.html_of(text, language, load_settings().origin)


def _tab(example: ExampleView, place: Any, name: str) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="radio",
            name=f"{name}-tab",
            value=f"{example.language} {example.client}",
            default_checked=place == 0,
        ),
        example.name,
        key=example.name,
    )


def _panel(example: ExampleView, name: str) -> rx.Component:
    own = f"{name}-{example.language}{example.client}"
    return rx.el.div(
        copy_button(own, f"the {example.name} example"),
        block(example.html, name=own, label=f"Example in {example.name}"),
        rx.cond(
            example.needs != "",
            rx.el.p(
                "Needs ", rx.el.code(example.needs, class_name="mono"), class_name="examples-needs"
            ),
        ),
        key=example.name,
        class_name="examples-panel",
    )


def _title(program: Program, *, is_one_of_several: bool) -> str:
    language = calls.LANGUAGES[program.language]
    return f"{language} · {program.client}" if is_one_of_several and program.client else language
