from collections.abc import Iterator

import pytest
import reflex as rx

from hcai_app.services.models.curated import CARDS, card_of
from hcai_app.settings import load_settings
from hcai_app.ui.components.shell import ACCOUNT, SECTIONS
from hcai_app.ui.pages import index, missing
from hcai_app.ui.state.base import SiteState

PAGES = {"/", *(path for _, path, _ in (*SECTIONS, ACCOUNT))}
SERVER_PATHS = {"/auth/login", "/safety", "/parents", "/help/now", "/up"}
OUTSIDE = ("https://hackclub.com", "https://github.com/hackclub/")
BY_THE_STATE = str(SiteState.way_back)


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
        assert link in anchors | SERVER_PATHS | {BY_THE_STATE} or link.startswith(OUTSIDE)
    offered = {f"/models/{model}" for model in index.featured()}
    assert set(values(page, "to")) <= PAGES | offered


def test_the_main_action_leads_in_or_on():
    action = index.main_action()
    assert values(action, "href") == ["/auth/login"]
    assert values(action, "to") == ["/dashboard"]


def test_page_has_one_headline_and_its_landmarks(page: rx.Component):
    tags = [str(component.tag).strip('"') for component in walk(page)]
    assert tags.count("h1") == 1
    for landmark in ("header", "main", "footer"):
        assert tags.count(landmark) == 1
    # At the top and at a phone's lower edge: who hears the page tells them apart.
    navigations = [one for one in walk(page) if str(one.tag).strip('"') == "nav"]
    labels = {str(one.custom_attrs["aria-label"]) for one in navigations}
    assert len(labels) == len(navigations) == 2


def test_copied_codes_exist(page: rx.Component):
    ids = values(page, "id")
    assert values(page, "target")
    named = {target for target in values(page, "target") if not target.startswith("(")}
    assert named <= set(ids)  # the others are named in a loop, as what they copy


def test_an_unknown_model_is_shown_by_its_slug():
    card = card_of("acme/fast-1")
    assert (card.name, card.maker) == ("fast-1", "acme")


def test_a_few_models_of_each_list_are_featured():
    settings = load_settings()
    assert index.featured() == [
        *settings.language_models[:4],
        settings.image_models[0],
        settings.embedding_models[0],
    ]


def test_a_wildcard_features_models_that_are_described(monkeypatch: pytest.MonkeyPatch):
    open_to_all = load_settings().model_copy(update={"language_models": ["*"]})
    monkeypatch.setattr(index, "load_settings", lambda: open_to_all)
    assert set(index.featured()) <= CARDS.keys()


def test_an_address_that_leads_nowhere_leads_back():
    page = missing.missing()
    assert page.render()
    assert "/" in values(page, "to")
