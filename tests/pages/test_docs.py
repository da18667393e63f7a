import json
from collections import Counter

import pytest
import reflex as rx

from hcai_app import docs as written
from hcai_app.api import routes
from hcai_app.components import try_it
from hcai_app.components.shell import AT_THE_EDGE, SECTIONS, tab_bar, top_bar
from hcai_app.examples.library import EXAMPLES
from hcai_app.pages import docs
from tests.pages.test_index import values, walk


@pytest.fixture(scope="module")
def page() -> rx.Component:
    return docs.docs()


def islands(page: rx.Component, tag: str) -> list[rx.Component]:
    return [part for part in walk(page) if str(part.tag).strip('"') == tag]


def test_every_chapter_is_there_in_its_order(page: rx.Component) -> None:
    slugs = [chapter.slug for chapter in written.chapters()]
    assert [name for name in values(page, "id") if name in slugs] == slugs
    assert [chapter.slug for chapter in docs.outline()] == slugs


def test_no_name_is_given_twice(page: rx.Component) -> None:
    names = Counter([*values(page, "id"), *values(page, "name")])
    assert [name for name, count in names.items() if count > 2] == []
    assert [name for name, count in Counter(values(page, "id")).items() if count > 1] == []


def test_every_link_within_the_page_leads_to_a_heading(page: rx.Component) -> None:
    names = {f"#{name}" for name in values(page, "id")}
    within = {link for link in values(page, "href") if link.startswith("#")}
    assert within - names == set()


def test_every_example_of_the_text_is_shown(page: rx.Component) -> None:
    asked = [name for one in written.chapters() for name in written.EXAMPLE.findall(one.text)]
    assert len(islands(page, "Examples")) == len(asked)


def test_nothing_stays_unfilled(page: rx.Component) -> None:
    rendered = str(page.render())
    for place in written.places(docs.settings.load()):
        assert f"{{{{{place}}}}}" not in rendered


def test_what_has_a_body_can_be_run(page: rx.Component) -> None:
    endpoints = values(page, "endpoint")
    assert "/chat/completions" in endpoints
    assert set(endpoints) <= {*try_it.ENDPOINTS, *try_it.OPEN_ENDPOINTS}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_body_is_json_once_its_places_are_filled(name: str) -> None:
    body = EXAMPLES[name].body
    if body is not None:
        json.loads(written.fill(body, docs._places()))


def test_the_panels_know_what_the_playgrounds_road_answers() -> None:
    for endpoint in try_it.ENDPOINTS:
        methods, _ = routes.find(f"/playground/v1{endpoint}")
        assert methods is not None
        assert "POST" in methods
    for endpoint in try_it.OPEN_ENDPOINTS:
        methods, _ = routes.find(f"/proxy/v1{endpoint}")
        assert methods is not None
        assert "GET" in methods


def test_only_the_first_example_is_loud(page: rx.Component) -> None:
    loud = [str(getattr(part, "loud", "")) for part in islands(page, "TryIt")]
    assert loud.count("true") == 1
    assert loud[0] == "true"


def test_signing_in_leads_back_here(page: rx.Component) -> None:
    assert f"/auth/login?to=/docs%23{docs.FIRST}" in values(page, "href")


def test_a_phone_has_five_places_and_reaches_every_section() -> None:
    bar = tab_bar("/models")
    links = values(bar, "to")
    assert [path for _, path, _ in SECTIONS] == [path for path in links if path != "/account"]
    [more] = islands(bar, "More")
    behind = values(more, "to")
    assert len(links) - len(behind) == AT_THE_EDGE
    assert "/account" in behind
    assert str(getattr(more, "current", "")) == "true"


def test_docs_and_playground_are_sections() -> None:
    assert {"/docs", "/playground"} <= set(values(top_bar(), "to"))
