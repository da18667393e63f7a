"""Island `assets/examples.jsx`: a code example in tabs by language and client."""

from collections import Counter
from collections.abc import Mapping

import reflex as rx

from hcai_app.docs.examples import calls, highlight, library
from hcai_app.docs.examples.library import Example, Program
from hcai_app.settings import load_settings
from hcai_app.ui.view_models import ExampleView


class _Examples(rx.Component):
    library = "$/public/examples.jsx"
    tag = "Examples"
    name: rx.Var[str]
    examples: rx.Var[list[ExampleView]]
    base: rx.Var[str]
    own: rx.Var[bool]


def example_tabs(
    examples: rx.Var[list[ExampleView]] | list[ExampleView], *, name: str = "example"
) -> rx.Component:
    """Show the examples; `name` begins the ids of its parts.

    The address in them is the configured one, or in development the one that the page came from.
    """
    settings = load_settings()
    return _Examples.create(
        name=name, examples=examples, base=settings.origin, own=not settings.is_production
    )


def views_of(example: Example, places: Mapping[str, str]) -> list[ExampleView]:
    """Return the tabs of an example; a language with several clients has a tab for each."""
    many = Counter(program.language for program in example.programs)
    return [
        ExampleView(
            language=program.language,
            client=program.client,
            name=_tab(program, is_one_of_several=many[program.language] > 1),
            needs=program.needs,
            parts=_parts(library.filled(program, places), program.language),
        )
        for program in example.programs
    ]


def _parts(text: str, language: str) -> list[list[str]]:
    return [list(part) for part in highlight.parts_of(text, language)]


def _tab(program: Program, *, is_one_of_several: bool) -> str:
    language = calls.LANGUAGES[program.language]
    return f"{language} · {program.client}" if is_one_of_several and program.client else language
