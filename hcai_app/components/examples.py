"""Python's side of `assets/examples.jsx`: a first call in each language, as tabs."""

import reflex as rx

from hcai_app import settings
from hcai_app.views import ExampleView


class _Examples(rx.Component):
    library = "$/public/examples.jsx"
    tag = "Examples"
    name: rx.Var[str]
    examples: rx.Var[list[ExampleView]]
    base: rx.Var[str]
    own: rx.Var[bool]


def example_tabs(examples: rx.Var[list[ExampleView]], *, name: str = "example") -> rx.Component:
    """Show the examples; `name` begins the ids of its parts.

    The address in them is the configured one, or in development the one that the page came from.
    """
    given = settings.load()
    return _Examples.create(
        name=name, examples=examples, base=given.origin, own=not given.is_production
    )
