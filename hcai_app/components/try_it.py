"""Python's side of `assets/try-it.jsx`: running an example with the reader's own account."""

from collections.abc import Mapping

import reflex as rx

from hcai_app import settings
from hcai_app.examples import library
from hcai_app.examples.library import Example
from hcai_app.state.base import SiteState

PLAYGROUND, OPEN = "/playground/v1", "/proxy/v1"
# What the playground's road answers, and what everybody may read; a test holds them to the routes.
OPEN_ENDPOINTS = ("/models", "/embeddings/models")
ENDPOINTS = (
    "/chat/completions",
    "/responses",
    "/messages",
    "/embeddings",
    "/images/generations",
    "/moderations",
)


class _TryIt(rx.Component):
    library = "$/public/try-it.jsx"
    tag = "TryIt"
    name: rx.Var[str]
    title: rx.Var[str]
    road: rx.Var[str]
    endpoint: rx.Var[str]
    body: rx.Var[str]
    place: rx.Var[str]
    simulated: rx.Var[bool]
    loud: rx.Var[bool]


class _Visitor(rx.Component):
    library = "$/public/try-it.jsx"
    tag = "Visitor"
    known: rx.Var[bool]
    signed_in: rx.Var[bool]


def try_it(
    example: Example, places: Mapping[str, str], *, name: str, place: str, is_loud: bool = False
) -> rx.Component:
    """Offer to run the example; nothing where it cannot be run from a page.

    Args:
        example: What is run.
        places: What stands at the places of its body.
        name: What the ids of its parts begin with.
        place: The anchor to come back to from signing in.
        is_loud: Whether its button is the page's one loud thing.
    """
    is_open = example.endpoint in OPEN_ENDPOINTS
    if not is_open and (example.body is None or example.endpoint not in ENDPOINTS):
        return rx.fragment()
    return _TryIt.create(
        name=name,
        title=example.title,
        road=OPEN if is_open else PLAYGROUND,
        endpoint=example.endpoint,
        body=library.fill(example.body or "", places),
        place=place,
        simulated=settings.load().is_simulated,
        loud=is_loud,
    )


def visitor() -> rx.Component:
    """Tell all of a page's examples who looks at them."""
    return _Visitor.create(known=SiteState.is_known, signed_in=SiteState.is_signed_in)
