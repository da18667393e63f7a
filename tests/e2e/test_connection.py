"""What a page says when its events do not get through, and why not."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e import axe
from tests.e2e.conftest import Launch
from tests.e2e.site import Site
from tests.harness.filter import filtering

WIDTHS = (390, 1280)
PATIENCE_MS = 30_000


@pytest.fixture(scope="module")
def filtered(site: Site) -> Iterator[int]:
    with filtering(f"http://127.0.0.1:{site.port}") as port:
        yield port


@pytest.fixture(scope="module")
def browser(launch: Launch, site: Site, filtered: int) -> Iterator[Browser]:
    """A browser behind the filter: what it asks of the site goes through there."""
    with launch(f"--host-resolver-rules=MAP localhost:{site.port} 127.0.0.1:{filtered}") as opened:
        yield opened


def look(page: Page, name: str, width: int) -> None:
    """Fit, read well, and be photographed where somebody asked for pictures."""
    notice = page.locator(".offline")
    expect(notice).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = notice.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert axe.violations(page, within=".offline") == []
    if folder := os.environ.get("NOTICE_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}-{width}.png")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_says_that_websockets_are_blocked_and_what_works(
    browser: Browser, site: Site, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(f"{site.origin}/docs")
    expect(page.get_by_text("Something blocks WebSockets.")).to_be_visible(timeout=PATIENCE_MS)
    for words in ("a school's", "the API and the docs go on working", f"to localhost:{site.port}"):
        expect(page.locator(".offline")).to_contain_text(words)
    look(page, "blocked", width)
    page.get_by_role("button", name="Hide").click()
    expect(page.locator(".offline")).to_be_hidden()
    field = page.get_by_role("searchbox", name="Search the docs")
    field.press_sequentially("stream")
    expect(page.get_by_text("nothing can be looked up here")).to_be_visible()
    expect(field).to_have_accessible_description(re.compile("Ctrl-F"))
    field.press("Enter")
    assert page.url == f"{site.origin}/docs"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert axe.violations(page, within=".docs-search") == []
    page.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_at_another_address_leads_to_ours(
    browser: Browser, site: Site, filtered: int, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(f"http://127.0.0.1:{filtered}/models?q=x")
    expect(page.get_by_text("Open this site at")).to_be_visible(timeout=PATIENCE_MS)
    link = page.get_by_role("link", name=site.origin)
    expect(link).to_have_attribute("href", f"{site.origin}/models?q=x")
    look(page, "elsewhere", width)
    page.close()
