"""A first visit is light, and nothing jumps: what comes later has its place from the start."""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import Arrive
from tests.e2e.first_visit import (
    MAX_KB,
    MAX_SHIFT,
    SHIFTING,
    WIDTHS,
    cold,
    session_of,
    shift_of,
    weigh,
)
from tests.e2e.site import Site

# When a script was first asked for, and when the page was first seen (ms).
ASKED_AND_SEEN = """(() => {
  const scripts = performance.getEntriesByType("resource").filter(one => /\\.js$/.test(one.name));
  const seen = performance.getEntriesByName("first-contentful-paint")[0].startTime;
  return [Math.min(...scripts.map(one => one.startTime)), seen];
})()"""
# Browsers that tell nobody of a paint, and a tab that was opened in the background.
UNSEEN = (
    "PerformanceObserver.prototype.observe = () => {}",
    "Object.defineProperty(document, 'hidden', { get: () => true })",
)


@pytest.fixture(scope="module")
def cookies(browser: Browser, site: Site) -> list[Any]:
    return session_of(browser, site, "ULIGHT")


@pytest.mark.parametrize("path", MAX_KB)
def test_a_first_visit_weighs_little(browser: Browser, site: Site, cookies: list[Any], path: str):
    visitor = cold(browser, site, cookies)
    sizes = weigh(visitor)
    visitor.open(path)
    visitor.close()
    assert sum(sizes) / 1024 <= MAX_KB[path]


def test_what_every_page_runs_on_is_one_file_in_the_smallest_packing(arrive: Arrive):
    visitor = arrive()
    packings: list[str | None] = []
    visitor.page.on(
        "response",
        lambda answer: (
            "/libraries-" in answer.url and packings.append(answer.headers.get("content-encoding"))
        ),
    )
    visitor.open("/")
    assert packings == ["br"]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", SHIFTING)
def test_a_page_stands_still_for_whoever_is_signed_in(
    browser: Browser, site: Site, cookies: list[Any], path: str, width: int
):
    visitor = cold(browser, site, cookies, width=width)
    moved = shift_of(visitor, path)
    visitor.close()
    assert moved <= MAX_SHIFT


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", ["/docs", "/playground"])
def test_a_page_stands_still_for_a_stranger(arrive: Arrive, path: str, width: int):
    assert shift_of(arrive(width=width), path) <= MAX_SHIFT


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_a_page_is_seen_before_a_script_is_asked_for(arrive: Arrive, path: str):
    asked, seen = arrive().open(path).evaluate(ASKED_AND_SEEN)
    assert seen <= asked


@pytest.mark.parametrize("script", UNSEEN)
def test_a_page_whose_paint_nobody_is_told_of_works_all_the_same(arrive: Arrive, script: str):
    visitor = arrive()
    visitor.context.add_init_script(script)
    corner = visitor.open("/models").locator(".corner")
    expect(corner.get_by_role("link", name="Sign in")).to_be_visible()
