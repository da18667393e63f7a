"""The activity page on a phone: what was called comes first, and the filter when it is wanted."""

import httpx
from playwright.sync_api import expect

from tests.e2e.conftest import Arrive
from tests.e2e.site import Site

MODELS = ("qwen/qwen3-32b", "openai/gpt-5-mini")


def call_both(site: Site, slack_id: str) -> None:
    key = site.cli("keys", "create", "--user", slack_id, "--name", "laptop").splitlines()[-1]
    for model in MODELS:
        answer = httpx.post(
            f"{site.base_url}/chat/completions",
            headers={"Authorization": f"Bearer {key}"},
            json={"model": model, "messages": [{"role": "user", "content": "hi"}]},
        )
        assert answer.status_code == 200, answer.text
    site.settled_rows(slack_id, len(MODELS))


def test_a_phone_shows_the_whole_filter_when_asked(arrive: Arrive, site: Site):
    ada = arrive(width=390, reduced_motion="reduce").sign_in("Ada", slack_id="UFILTER")
    call_both(site, "UFILTER")
    page = ada.open("/activity")
    expect(page.locator("button.call")).to_have_count(2)
    field = page.get_by_label("Model")
    expect(field).to_be_hidden()
    page.get_by_role("button", name="Model, key, outcome, days").click()
    field.select_option(MODELS[1])
    expect(page.locator("button.call")).to_have_count(1)
    page.reload(wait_until="networkidle")
    expect(field).to_have_value(MODELS[1])
    page.get_by_role("button", name="Model, key, outcome, days").click()
    expect(field).to_be_hidden()
    assert ada.overflow() <= 0
    assert ada.problems == []
