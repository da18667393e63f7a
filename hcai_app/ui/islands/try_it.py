"""Island `playground/try-it.jsx`: runs an example with the reader's own account."""

from collections.abc import Mapping

import reflex as rx

from hcai_app.docs.examples import library
from hcai_app.docs.examples.library import Example
from hcai_app.settings import load_settings
from hcai_app.ui.islands.playground import script
from hcai_app.ui.state.base import SiteState

# The API's prefix for signed-in users, and the public one.
PLAYGROUND, OPEN = "/playground/v1", "/proxy/v1"


class _TryIt(rx.Component):
    library = script("try-it.jsx")
    tag = "TryIt"
    name: rx.Var[str]
    title: rx.Var[str]
    road: rx.Var[str]
    endpoint: rx.Var[str]
    body: rx.Var[str]
    guarded: rx.Var[bool]
    place: rx.Var[str]
    simulated: rx.Var[bool]
    loud: rx.Var[bool]


class _Visitor(rx.Component):
    library = script("try-it.jsx")
    tag = "Visitor"
    known: rx.Var[bool]
    signed_in: rx.Var[bool]


def can_run(example: Example) -> bool:
    """Return whether a page can run the example: it sends one body, or gets one path."""
    return example.method == "GET" or example.body is not None


def try_it(
    example: Example, places: Mapping[str, str], *, name: str, place: str, is_loud: bool = False
) -> rx.Component:
    """Offer to run the example; nothing where it cannot be run from a page.

    Args:
        example: The example to run.
        places: The values of the places in its path and body.
        name: The prefix of its parts' ids.
        place: The anchor to return to after signing in.
        is_loud: Whether its button is the page's one loud thing.
    """
    if not can_run(example):
        return rx.fragment()
    return _TryIt.create(
        name=name,
        title=example.title,
        road=PLAYGROUND if example.needs_key else OPEN,
        endpoint=library.fill(example.endpoint, places),
        body=library.fill(example.body or "", places),
        guarded=example.needs_key,
        place=place,
        simulated=load_settings().is_simulated,
        loud=is_loud,
    )


def visitor() -> rx.Component:
    """Pass the visitor to all of a page's examples."""
    return _Visitor.create(known=SiteState.is_known, signed_in=SiteState.is_signed_in)
