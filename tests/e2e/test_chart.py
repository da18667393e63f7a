"""The dashboard's chart in a browser: pointer, keyboard, clock, and time that goes on."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import axe
from tests.e2e.conftest import Arrive
from tests.e2e.site import Site
from tests.e2e.test_activity import call_both

KOLKATA = timedelta(hours=5, minutes=30)
QUARTER = timedelta(minutes=15)
WHERE = "document.querySelector('.chart-bar:has(.bar)').getBoundingClientRect().x"


@pytest.fixture
def page(arrive: Arrive, site: Site) -> Page:
    """The dashboard of somebody in India, with two calls of just now."""
    ada = arrive(reduced_motion="reduce", timezone_id="Asia/Kolkata")
    ada.sign_in("Asha", slack_id="UCHARTED")
    call_both(site, "UCHARTED")
    return ada.open("/dashboard")


def choose(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_role("button", name=name, exact=True).click()


def now_in_words() -> str:
    local = datetime.now(UTC) + KOLKATA
    start = local - (local - datetime.min.replace(tzinfo=UTC)) % QUARTER
    return f"{start:%H:%M}–{start + QUARTER:%H:%M}"


def test_the_pointer_finds_what_a_bar_is_made_of(page: Page) -> None:
    choose(page, "30d")
    page.locator(".chart-bar:has(.bar)").last.hover()
    tip = page.locator(".chart-tip")
    expect(tip).to_contain_text("(UTC day)")
    expect(tip.locator(".chart-tip-part")).to_have_count(2)
    assert axe.violations(page) == []
    page.get_by_role("heading", name="Dashboard").hover()
    expect(tip).to_have_count(0)


def test_the_keyboard_goes_from_bar_to_bar_and_says_them(page: Page) -> None:
    before = now_in_words()
    bars = page.get_by_role("slider", name="Bars of requests over time")
    bars.focus()
    said = bars.get_attribute("aria-valuetext") or ""
    assert said.startswith((before, now_in_words())), said
    assert "qwen3-32b" in said
    page.keyboard.press("Home")
    expect(page.locator(".chart-tip-total")).to_have_text("0 requests")
    page.keyboard.press("Tab")
    expect(page.locator(".chart-tip")).to_have_count(0)


def test_the_same_is_there_as_a_table(page: Page) -> None:
    choose(page, "30d", "Keys")
    table = page.get_by_role("table", name="Your requests, 30d")
    expect(table.get_by_role("row")).to_have_count(2)
    expect(table.get_by_role("row").last).to_contain_text("(UTC day)")


def test_bars_move_on_while_nobody_calls(page: Page) -> None:
    choose(page, "5m")
    page.locator(".moment", has_text=":").nth(4).wait_for()
    expect(page.locator(".moment")).to_have_count(5)
    before = page.evaluate(WHERE)
    page.wait_for_function(f"before => {WHERE} < before", arg=before, timeout=15_000)
