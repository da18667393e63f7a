from collections.abc import Iterator

import pytest
import reflex as rx

from hcai_app.components.models import CARDS, card_of, model_list
from hcai_app.pages import index

PAGES = {"/"}
SERVER_PATHS = {"/proxy/v1/models"}


@pytest.fixture(scope="module")
def page() -> rx.Component:
    return index.index()


def walk(component: rx.Component) -> Iterator[rx.Component]:
    yield component
    for child in component.children:
        yield from walk(child)


def values(page: rx.Component, name: str) -> list[str]:
    found = (getattr(component, name, None) for component in walk(page))
    return [str(value).strip('"') for value in found if value is not None]


def test_page_renders(page: rx.Component):
    assert page.render()


def test_every_link_leads_somewhere(page: rx.Component):
    anchors = {f"#{name}" for name in values(page, "id")}
    for link in values(page, "href"):
        assert link in anchors | PAGES | SERVER_PATHS or link.startswith("https://hackclub.com")


def test_page_has_one_headline_and_its_landmarks(page: rx.Component):
    tags = [str(component.tag).strip('"') for component in walk(page)]
    assert tags.count("h1") == 1
    for landmark in ("header", "nav", "main", "footer"):
        assert tags.count(landmark) == 1


def test_copied_codes_exist(page: rx.Component):
    assert set(values(page, "target")) <= set(values(page, "id"))


def test_an_unknown_model_is_shown_by_its_slug():
    card = card_of("acme/fast-1")
    assert (card.name, card.maker) == ("fast-1", "acme")


def test_a_wildcard_shows_the_models_that_are_described():
    assert len(model_list(["*"]).children) == len(CARDS)
