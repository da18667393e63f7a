"""Every page, empty and full, on a phone and a wide screen, in all colours that it can have."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from hcai_app.services.people.identity import Reason
from tests.e2e import axe, states
from tests.e2e.site import Person, Site
from tests.harness.history import write_history

MISSING, NO_MODEL, NO_CALL = "/no-such-page", "/models/nobody/knows-it", "/why/nothing"
UNKNOWN = (MISSING, NO_MODEL, NO_CALL)  # a browser notes the 404
PAGES = (
    "/",
    "/docs",
    "/dashboard",
    "/keys",
    "/models",
    "/models/qwen/qwen3-32b",
    "/models/google/gemini-2.5-flash-image",
    NO_MODEL,
    "/activity",
    "/global",
    "/playground",
    "/shared",
    "/account",
    NO_CALL,
    MISSING,
)
WIDTHS = (390, 1280)
NARROWEST = 360
# Colour mode -> the rules to look by; all, without names.
MODES: dict[str, tuple[str, ...]] = {"light": (), "dark": axe.COLOURS}
# What shows somebody's own calls and keys is another page before the first of them.
OWN = ("/dashboard", "/keys", "/activity", "/account", "/playground")
VISITS = (
    *(("a stranger", path) for path in PAGES),
    *(("a newcomer", path) for path in OWN),
    *(("a regular", path) for path in PAGES if path != "/docs"),  # a panel of it was run below
)
# All else of a long page is as it was before.
CHANGED = {"docs-tried": ".try-it"}

Crowd = dict[str, Person]


@pytest.fixture(scope="module")
def crowd(browser: Browser, site: Site) -> Iterator[Crowd]:
    """Everybody who looks at the pages, each with a window of their own."""
    write_regular(site)
    people: Crowd = {}
    yield people
    for one in people.values():
        one.close()


def write_regular(site: Site) -> None:
    """Make somebody with two keys and a month of calls."""
    user = site.cli("users", "create", "--slack-id", "UREGULAR", "--name", "Grace", "--verified")
    for name in ("discord bot", "laptop"):
        site.cli("keys", "create", "--user", user, "--name", name)
    listed = site.cli("keys", "list", "--user", user).splitlines()
    write_history(site.database_url, user, [*(json.loads(line)["id"] for line in listed), None])


@pytest.fixture
def person(request: pytest.FixtureRequest, crowd: Crowd, browser: Browser, site: Site) -> Person:
    who = request.param
    if who not in crowd:
        crowd[who] = Person(browser, site, reduced_motion="reduce")
        if who == "a newcomer":
            crowd[who].sign_in("Linus", slack_id="UNEW")
        elif who == "a regular":
            crowd[who].sign_in("Grace", slack_id="UREGULAR")
    return crowd[who]


def look(person: Person, page: Page, part: str | None = None) -> None:
    """Look at a page as it stands, or at a part of it, in each width and mode."""
    for width in WIDTHS:
        look_in_both_modes(person, page, width, part)
    person.turn_to(NARROWEST, "light")
    assert person.overflow() <= 0


def look_in_both_modes(person: Person, page: Page, width: int, part: str | None = None) -> None:
    """Look in one width: a mode changes colours alone."""
    for mode, rules in MODES.items():
        person.turn_to(width, mode)
        expect(page.locator("html")).to_have_class(mode)
        assert person.overflow() <= 0, (width, mode)
        assert axe.violations(page, within=part, only=rules) == [], (width, mode)


def look_in_the_systems_colours(person: Person, page: Page, part: str | None = None) -> None:
    """Look as somebody whose system chooses the colours."""
    person.turn_to(1280, "light")
    expect(page.locator("html")).to_have_class("light")
    page.emulate_media(forced_colors="active")
    assert axe.violations(page, within=part, only=axe.COLOURS) == []
    page.emulate_media(forced_colors="none")


@pytest.mark.parametrize(("person", "path"), VISITS, indirect=["person"])
def test_page_fits_and_is_open_to_everybody(person: Person, path: str):
    person.problems.clear()
    page = person.open(path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".skeleton:visible")).to_have_count(0)
    look(person, page)
    look_in_the_systems_colours(person, page)
    assert [note for note in person.problems if path not in note or path not in UNKNOWN] == []


@pytest.mark.parametrize("person", ["a regular"], indirect=True)
@pytest.mark.parametrize("state", states.SITE)
def test_a_page_in_the_middle_of_something_fits_too(person: Person, state: str):
    person.turn_to(1280, "light")
    person.problems.clear()
    page = states.SITE[state](person)
    look(person, page, CHANGED.get(state))
    look_in_the_systems_colours(person, page, CHANGED.get(state))
    assert person.problems == []


@pytest.mark.parametrize("person", ["a stranger"], indirect=True)
@pytest.mark.parametrize("reason", Reason)
def test_every_answer_to_a_sign_in_fits(person: Person, reason: Reason):
    page = person.open(f"/sign-in/{reason.value}")
    look_in_both_modes(person, page, WIDTHS[0])
    for width in (NARROWEST, WIDTHS[1]):
        person.turn_to(width, "light")
        assert person.overflow() <= 0, width


@pytest.mark.parametrize("person", ["a newcomer"], indirect=True)
def test_the_rest_of_the_sections_fits_on_a_phone(person: Person):
    person.turn_to(NARROWEST, "dark")
    page = person.open("/dashboard")
    page.get_by_role("button", name="More").click()
    expect(page.get_by_role("link", name="Everyone").last).to_be_visible()
    assert person.overflow() <= 0
    assert axe.violations(page) == []


@pytest.mark.parametrize("person", ["a regular"], indirect=True)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("state", states.PLAYGROUND)
def test_the_playground_fits_and_is_open_to_everybody(person: Person, width: int, state: str):
    person.turn_to(width, "light")
    person.problems.clear()
    page = states.PLAYGROUND[state](person)
    look_in_both_modes(person, page, width)
    if width == 1280:
        look_in_the_systems_colours(person, page)
    assert person.problems == []
