"""The page of everyone in a browser: calls come by themselves, and tell nobody whose they are."""

import httpx
from playwright.sync_api import expect

from tests.e2e.conftest import Arrive
from tests.e2e.site import Site
from tests.harness.room import within

# Asked so often by the other tests, too, that the chart names it.
MODEL = "qwen/qwen3-32b"


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
    legend = page.locator(".chart-legend li", has_text=MODEL.partition("/")[2]).locator("b")
    charted = int(legend.inner_text().replace(",", ""))
    before, count = stranger.frames[:], ticks.count()
    answer = call()
    expect(ticks).to_have_count(count + 1)
    expect(ticks.first).to_contain_text("token")
    # Sums of everybody are read every ten seconds.
    expect(legend).to_have_text(f"{charted + 1:,}", timeout=within(15_000))
    told = "".join(stranger.frames[len(before) :]) + page.content()
    for secret in (user, "Ticktock", "secret plan", answer.headers["X-Request-Id"]):
        assert secret not in told
    assert stranger.problems == []
