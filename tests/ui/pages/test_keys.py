import pytest
import reflex as rx

from hcai_app.ui.components import new_key
from hcai_app.ui.pages import keys
from tests.ui.pages.test_index import walk


@pytest.fixture(scope="module")
def page() -> rx.Component:
    return keys.keys()


def test_page_renders_with_its_skeleton(page: rx.Component):
    rendered = str(page.render())
    assert "raccoon-bot" in rendered
    assert "Loading your keys" in rendered


def test_the_field_is_one_element_while_the_list_changes(page: rx.Component):
    """Else a fresh key would vanish from the screen as soon as the list is read again."""
    assert len([part for part in walk(page) if str(part.id) == new_key.FIELD]) == 1


def test_the_example_is_filled_in_by_the_browser():
    shown = str(rx.Var.create(new_key.first_call(rx.Var("made").to(str))))
    assert "Authorization: Bearer" in shown
    assert "+made+" in shown
    assert "$AI_KEY" not in shown


def test_every_value_of_a_row_has_its_name(page: rx.Component):
    rendered = str(page.render())
    for column in keys.COLUMNS[1:]:
        assert rendered.count(f'"{column}"') >= 2


def test_page_has_one_headline(page: rx.Component):
    tags = [str(component.tag).strip('"') for component in walk(page)]
    assert tags.count("h1") == 1
