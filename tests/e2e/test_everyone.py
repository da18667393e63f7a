"""The page of everyone in a browser: calls come by themselves, and tell nobody whose they are."""

import time

import httpx
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Arrive
from tests.e2e.site import Site
from tests.harness.room import within

MODEL = "openai/gpt-oss-120b"
# Sums of everybody are read every ten seconds.
CHARTED_S = within(15)


def in_legend(page: Page) -> int:
    """The calls of all models, whichever have a name of their own there."""
    numbers = page.locator(".chart-legend li b").all_inner_texts()
    return sum(int(number.replace(",", "")) for number in numbers)


def test_a_stranger_sees_a_call_come_and_not_whose_it_is(arrive: Arrive, site: Site):
    user = site.cli("users", "create", "--slack-id", "UTICK", "--name", "Ticktock", "--verified")
    made = site.cli("keys", "create", "--user", "UTICK", "--name", "secret plan").splitlines()

    def call() -> httpx.Response:
        return httpx.post(
            f"{site.base_url}/chat/completions",
            headers={"Authorization": f"Bearer {made[-1]}"},
            json={"model": MODEL, "messages": [{"role": "user", "content": "hush"}]},
        )

    assert call().status_code == 200  # so that the page is not the empty one
    stranger = arrive(reduced_motion="reduce")
    page = stranger.open("/global")
    ticks = page.locator(".ticker li", has_text=MODEL)
    expect(ticks.first).to_be_visible()
    charted = in_legend(page)
    before, count = stranger.frames[:], ticks.count()
    answer = call()
    expect(ticks).to_have_count(count + 1)
    expect(ticks.first).to_contain_text("token")
    deadline = time.monotonic() + CHARTED_S
    while in_legend(page) == charted and time.monotonic() < deadline:
        page.wait_for_timeout(100)
    assert in_legend(page) == charted + 1
    told = "".join(stranger.frames[len(before) :]) + page.content()
    for secret in (user, "Ticktock", "secret plan", answer.headers["X-Request-Id"]):
        assert secret not in told
    assert stranger.problems == []
