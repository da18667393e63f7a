from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.site import Person, Site
from tests.e2e.states import choose_model

# The Slack id of whoever plays here.
PLAYER = "UPLAY"


@pytest.fixture(scope="module")
def ada(browser: Browser, site: Site) -> Iterator[Person]:
    person = Person(browser, site, reduced_motion="reduce").sign_in("Ada", slack_id=PLAYER)
    yield person
    assert person.problems == []
    person.close()


@pytest.fixture
def page(ada: Person) -> Page:
    """The playground with a fresh conversation."""
    opened = ada.open("/playground")
    opened.get_by_role("button", name="New conversation").click()
    choose_model(opened, "qwen/qwen3-32b")
    return opened
