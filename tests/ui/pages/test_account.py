import pytest
import reflex as rx

from hcai_app.api import routes
from hcai_app.ui.pages import account
from tests.ui.pages.test_index import values, walk


@pytest.fixture(scope="module")
def page() -> rx.Component:
    return account.account()


def test_page_renders_with_its_skeleton(page: rx.Component):
    rendered = str(page.render())
    for part in ("About you", "What we never store", "Loading your account"):
        assert part in rendered


def test_the_ways_out_lead_to_routes_that_exist(page: rx.Component):
    assert routes.ROUTES["/auth/logout"].keys() == {"POST"}
    assert "/auth/logout" in values(page, "action")
    assert "/api/account.json" in values(page, "href")
    assert "/api/account.json" in routes.ROUTES


def test_page_has_one_headline(page: rx.Component):
    tags = [str(component.tag).strip('"') for component in walk(page)]
    assert tags.count("h1") == 1
