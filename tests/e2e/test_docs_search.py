"""The docs' search in a browser: the keyboard, the links it finds, and its address."""

import re

from playwright.sync_api import expect

from tests.e2e import axe
from tests.e2e.conftest import Arrive

# React has taken the element over from the page that was built.
IS_HYDRATED = "it => Object.keys(it).some((name) => name.startsWith('__reactProps'))"


def test_search_finds_and_leads_to_the_heading(arrive: Arrive):
    page = arrive(reduced_motion="reduce").open("/docs")
    field = page.get_by_role("searchbox", name="Search the docs")
    found = page.locator("#docs-found a")
    page.wait_for_function(IS_HYDRATED, arg=field.element_handle())
    page.keyboard.press("/")
    expect(field).to_be_focused()
    page.keyboard.type("cancelling")
    expect(found.first).to_contain_text("Cancelling")
    expect(page).to_have_url(re.compile(r"/docs\?q=cancelling$"))
    assert axe.violations(page, within=".docs-search") == []
    page.keyboard.press("ArrowDown")
    expect(found.first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(field).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/docs#chat-cancelling")
    heading = page.get_by_role("heading", name="Cancelling")
    expect(heading).to_be_in_viewport()
    expect(heading).to_be_focused()
    expect(found).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(field).to_be_focused()
    page.keyboard.type("zebra")
    expect(page.get_by_text("Nothing here about “zebra”.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(field).to_have_value("")


def test_an_address_brings_what_is_looked_for(arrive: Arrive):
    page = arrive(reduced_motion="reduce").open("/docs?q=cancelling")
    expect(page.get_by_role("searchbox", name="Search the docs")).to_have_value("cancelling")
    page.locator("#docs-found a").first.click()
    page.wait_for_url("**/docs#chat-cancelling")
    expect(page.locator(":focus")).to_contain_text("Cancelling")
