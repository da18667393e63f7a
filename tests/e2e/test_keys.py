"""The page of keys in a browser: what is shown once is not lost, and not shown twice."""

from playwright.sync_api import expect

from tests.e2e import axe
from tests.e2e.conftest import Arrive
from tests.e2e.site import Site

# Notes when the page has lost what it shows, as it does when a server that started anew says so.
WATCH_THE_LIST = """() => new MutationObserver(() => {
  if (!document.getElementById("fresh-key")) window.hasGone = true;
}).observe(document.body, { childList: true, subtree: true })"""


def test_a_fresh_key_survives_a_restart_and_is_gone_with_the_page(arrive: Arrive, site: Site):
    ada = arrive(reduced_motion="reduce").sign_in("Ada", slack_id="UFRESH")
    page = ada.open("/keys")
    page.get_by_label("Name").fill("phoenix")
    page.get_by_role("button", name="Make a key").click()
    key = page.locator("#fresh-key").inner_text()
    page.evaluate(WATCH_THE_LIST)
    site.stop()
    lost = page.get_by_text("No connection.")
    expect(lost).to_be_visible(timeout=20_000)
    assert axe.violations(page) == []
    site.start()
    page.wait_for_function("window.hasGone", timeout=30_000)
    expect(page.get_by_role("button", name="Revoke phoenix")).to_be_visible(timeout=30_000)
    expect(page.locator("#fresh-key")).to_have_text(key)
    expect(lost).to_be_hidden()

    sections = page.get_by_role("navigation", name="Sections", exact=True)
    sections.get_by_role("link", name="Models").click()
    expect(page.get_by_role("heading", level=1, name="Models")).to_be_visible()
    sections.get_by_role("link", name="Keys").click()
    expect(page.get_by_role("button", name="Revoke phoenix")).to_be_visible()
    expect(page.locator("#fresh-key")).to_have_count(0)
