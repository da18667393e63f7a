import pytest
import reflex as rx

from hcai_app.ui.pages import dashboard
from tests.ui.pages.test_index import values, walk


@pytest.fixture(scope="module")
def page() -> rx.Component:
    # A page does not know what is in its components.
    return rx.fragment(dashboard.dashboard(), dashboard.usage())


def shown(page: rx.Component) -> str:
    return str(page.render())


def test_page_renders(page: rx.Component) -> None:
    assert page.render()


def test_headings_go_down_one_by_one(page: rx.Component) -> None:
    tags = [str(part.tag).strip('"') for part in walk(page)]
    assert tags.count("h1") == 1
    assert {tag for tag in tags if tag[:1] == "h" and tag[1:].isdigit()} <= {"h1", "h2", "h3"}


@pytest.mark.parametrize("text", ["Left to spend today", "Calls left", "Latest calls", "Usage"])
def test_what_the_page_promises_is_on_it(page: rx.Component, text: str) -> None:
    assert text in shown(page)


@pytest.mark.parametrize("choices", [dashboard.RANGES, dashboard.GROUPS, dashboard.MEASURES])
def test_every_choice_has_a_button(page: rx.Component, choices: dict[str, tuple[str, str]]) -> None:
    titles = values(page, "title")
    assert all(title in titles for _, title in choices.values())


def test_a_newcomer_finds_the_keys_and_a_call_to_copy(page: rx.Component) -> None:
    assert "first-call" in values(page, "target")
    assert "first-call" in values(page, "id")
    assert "/keys" in shown(page)


def test_the_skeleton_has_the_page_in_its_size() -> None:
    boxes = shown(dashboard.skeleton()).count("skeleton-box")
    assert boxes == 4 + 1 + 2
