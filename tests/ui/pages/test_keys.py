import pytest
import reflex as rx

from hcai_app.ui.pages import keys
from tests.ui.pages.test_index import walk


@pytest.fixture(scope="module")
def page() -> rx.Component:
    return keys.keys()


def test_page_renders_with_its_skeleton(page: rx.Component):
    rendered = str(page.render())
    assert "NewKey" in rendered
    assert "Loading your keys" in rendered


def test_the_field_is_one_element_while_the_list_changes(page: rx.Component):
    """Else a fresh key would vanish from the screen as soon as the list is read again."""
    makers = [part for part in walk(page) if str(part.tag).strip(chr(34)) == "NewKey"]
    assert len(makers) <= 1


def test_the_example_is_filled_in_by_the_browser(page: rx.Component):
    rendered = str(page.render())
    assert "$AI_KEY" in rendered
    assert "origin" in rendered


def test_every_value_of_a_row_has_its_name(page: rx.Component):
    rendered = str(page.render())
    for column in keys.COLUMNS[1:]:
        assert rendered.count(f'"{column}"') >= 2


def test_page_has_one_headline(page: rx.Component):
    tags = [str(component.tag).strip('"') for component in walk(page)]
    assert tags.count("h1") == 1
