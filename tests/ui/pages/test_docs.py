import json
from collections import Counter

import pytest
import reflex as rx

from hcai_app import docs as written
from hcai_app.api import routes
from hcai_app.docs.examples.library import EXAMPLES
from hcai_app.settings import load_settings
from hcai_app.ui.components import run_panel
from hcai_app.ui.components.shell import (
    ACCOUNT,
    AT_THE_EDGE,
    BEYOND,
    PUBLIC,
    SECTIONS,
    tab_bar,
    top_bar,
)
from hcai_app.ui.pages import docs
from tests.ui.pages.test_index import values, walk


@pytest.fixture(scope="module")
def page() -> rx.Component:
    # A page does not know what is in its components.
    return rx.fragment(docs.docs(), *map(docs.chapter, written.chapters()))


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
    assert values(page, "class_name").count("examples") == len(asked)


def test_nothing_stays_unfilled(page: rx.Component) -> None:
    rendered = str(page.render())
    for place in written.places(load_settings()):
        assert f"{{{{{place}}}}}" not in rendered


# Two that nobody tries in a page, and the second door to pictures, which their chapter names.
WITHOUT_A_SECTION = {
    "GET /openapi.json",
    "GET /models/count",
    "POST /images",
    "GET /images/models",
}


def test_every_endpoints_section_runs_it_in_a_panel(page: rx.Component) -> None:
    panels_of: dict[str, set[str]] = {}
    called = ""
    for part in walk(page):
        if str(getattr(part, "class_name", "")).strip('"') == "docs-call mono":
            called = call_of(part)
            panels_of.setdefault(called, set())
        if str(part.tag).startswith("PanelOfExample"):
            panels_of.setdefault(called, set()).add(panel_of(part))
    sections = {call: panels for call, panels in panels_of.items() if call}
    assert {call for call, panels in sections.items() if call not in panels} == set()
    offered = {
        f"{method} {path.removeprefix('/proxy/v1')}"
        for path, methods in routes.ROUTES.items()
        for method in methods
        if path.startswith("/proxy/v1/")
    }
    assert offered - WITHOUT_A_SECTION <= set(sections)


def call_of(section: rx.Component) -> str:
    """The method and path below /proxy/v1 that a section is about."""
    words = "".join(
        str(part.contents).strip('"') for part in walk(section) if hasattr(part, "contents")
    )
    method, path = words.split(" ", 1)
    return f"{method} {plain_path(path.partition('/proxy/v1')[2])}"


def panel_of(panel: rx.Component) -> str:
    """The method and path that a panel runs."""
    endpoint, body = (str(getattr(panel, name)).strip('"') for name in ("endpoint", "body"))
    return f"{'POST' if body else 'GET'} {plain_path(endpoint)}"


def plain_path(path: str) -> str:
    model = docs._places()["language_model"]
    return path.partition("?")[0].replace(model, "{author}/{slug}")


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_body_is_json_once_its_places_are_filled(name: str) -> None:
    body = EXAMPLES[name].body
    if body is not None:
        json.loads(written.fill(body, docs._places()))


@pytest.mark.parametrize("name", [name for name in EXAMPLES if run_panel.can_run(EXAMPLES[name])])
def test_the_panels_road_answers(name: str) -> None:
    example = EXAMPLES[name]
    panel = run_panel.run_panel(example, docs._places(), name=name, place="here")
    road, endpoint = (str(getattr(panel, it)).strip('"') for it in ("road", "endpoint"))
    methods, _ = routes.find((road + endpoint).partition("?")[0])
    assert methods is not None
    assert example.method in methods
    assert example.needs_key == (road == run_panel.PLAYGROUND)


def test_only_the_first_example_is_loud(page: rx.Component) -> None:
    loud = [
        str(getattr(part, "loud", ""))
        for part in walk(page)
        if str(part.tag).startswith("PanelOfExample")
    ]
    assert loud.count("true") == 1
    assert loud[0] == "true"


def test_signing_in_leads_back_here(page: rx.Component) -> None:
    assert f"/auth/login?to=/docs%23{docs.FIRST}" in values(page, "href")


def test_a_phone_has_five_places_and_reaches_every_section() -> None:
    bar = tab_bar("/models")
    [more] = [it for it in walk(bar) if str(getattr(it, "class_name", "")).strip('"') == "more"]
    behind = values(more, "to")
    assert behind == [path for _, path, _ in BEYOND]
    reached = {path for _, path, _ in (*AT_THE_EDGE, *BEYOND)}
    assert reached == {path for _, path, _ in (*SECTIONS, ACCOUNT)}
    assert len(AT_THE_EDGE) == 4
    assert reached <= set(values(bar, "to"))
    assert '"data-current":true' in str(more.render())


def test_a_stranger_has_four_places_on_a_phone_that_need_no_account() -> None:
    outside = "".join(str(part.render()) for part in tab_bar("/docs").children)
    assert [path for _, path, _ in PUBLIC] == ["/playground", "/docs", "/models", "/global"]
    assert all(path in outside for _, path, _ in PUBLIC)


def test_docs_and_playground_are_sections() -> None:
    assert {"/docs", "/playground"} <= set(values(top_bar(), "to"))
