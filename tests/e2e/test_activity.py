"""The activity page in a browser: its filter on a phone, its pages, and a row that is opened."""

import json
import re

import httpx
from playwright.sync_api import expect

from tests.e2e.conftest import Arrive
from tests.e2e.site import Site
from tests.harness.history import write_history

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


def test_from_a_tablet_on_models_have_their_whole_names(arrive: Arrive, site: Site):
    ada = arrive(width=768, reduced_motion="reduce").sign_in("Ada", slack_id="UTABLET")
    user = json.loads(site.cli("users", "show", "UTABLET"))["id"]
    write_history(site.database_url, user, [None], calls_a_day=4)
    names = ada.open("/activity").locator(".call-name")
    expect(names).to_have_count(50)
    cut = "names => names.filter(it => it.scrollWidth > it.clientWidth).map(it => it.textContent)"
    for width in (768, 1280):
        ada.turn_to(width, "light")
        assert names.evaluate_all(cut) == [], width


def test_older_calls_are_a_page_away_and_a_row_tells_all(arrive: Arrive, site: Site):
    ada = arrive(reduced_motion="reduce").sign_in("Ada", slack_id="UOLDER")
    user = json.loads(site.cli("users", "show", "UOLDER"))["id"]
    write_history(site.database_url, user, [None], calls_a_day=4)
    rows = site.rows("UOLDER")[::-1]
    page = ada.open("/activity")
    calls = page.locator("button.call")
    expect(calls).to_have_count(50)
    newer = page.get_by_role("button", name="Newer")
    page.get_by_role("button", name="Older").click()
    expect(newer).to_be_visible()  # comes with the rows of its page
    calls.first.click()
    expect(page.get_by_text(rows[50]["id"], exact=True)).to_be_visible()
    facts = page.locator(".call-detail")
    expect(facts).to_contain_text(rows[50]["model"])
    expect(facts).to_contain_text(f"{rows[50]['total_tokens']:,}")
    newer.click()
    expect(newer).to_have_count(0)
    calls.first.click()
    expect(page.get_by_text(rows[0]["id"], exact=True)).to_be_visible()
    assert ada.problems == []


def test_an_answer_is_reported_where_it_is_told_about(arrive: Arrive, site: Site):
    ada = arrive(width=390, reduced_motion="reduce").sign_in("Ada", slack_id="UREPORT")
    call_both(site, "UREPORT")
    call_id = site.rows("UREPORT")[0]["id"]
    page = ada.open(f"/activity?report={call_id}")
    expect(page.get_by_text(call_id, exact=True)).to_be_visible()
    choice = page.get_by_role("button", name="It is hateful, or bullies somebody")
    expect(choice).to_be_visible()  # the link has opened it
    assert ada.overflow() <= 0
    choice.click()
    expect(page.get_by_role("status").filter(has_text="Reported: It is hateful")).to_be_visible()
    page.reload(wait_until="networkidle")
    expect(page.get_by_text("Reported: It is hateful")).to_be_visible()
    assert ada.problems == []


def test_new_calls_come_by_themselves_and_wait_while_one_is_read(arrive: Arrive, site: Site):
    ada = arrive(reduced_motion="reduce").sign_in("Ada", slack_id="ULIVE")
    page = ada.open("/activity")
    expect(page.get_by_text("No calls yet")).to_be_visible()
    call_both(site, "ULIVE")
    calls = page.locator("button.call")
    expect(calls).to_have_count(2)
    sums = page.locator(".sums")
    expect(sums).to_contain_text("Calls2")
    calls.first.click()
    expect(page.locator(".call-detail")).to_be_visible()
    key = site.cli("keys", "create", "--user", "ULIVE", "--name", "desk").splitlines()[-1]
    refused = httpx.post(
        f"{site.base_url}/chat/completions",
        headers={"Authorization": f"Bearer {key}"},
        json={"model": "nobody/knows-it", "messages": [{"role": "user", "content": "hi"}]},
    )
    assert refused.status_code == 400
    news = page.get_by_role("button", name="1 new call")
    expect(news).to_be_visible()
    expect(sums).to_contain_text("Refused, last 7 days1")
    expect(calls).to_have_count(2)
    news.click()
    expect(calls).to_have_count(3)
    expect(calls.first).to_contain_text("Refused")
    expect(news).to_have_count(0)
    assert ada.problems == []


def test_filter_and_page_stand_in_the_address_and_in_the_history(arrive: Arrive, site: Site):
    ada = arrive(reduced_motion="reduce").sign_in("Ada", slack_id="UADDRESS")
    user = json.loads(site.cli("users", "show", "UADDRESS"))["id"]
    write_history(site.database_url, user, [None], calls_a_day=16)
    page = ada.open("/activity")
    page.get_by_label("Model").select_option(MODELS[0])
    expect(page).to_have_url(re.compile(r"/activity\?model="))
    others = page.locator("button.call").filter(has_not_text=MODELS[0].rpartition("/")[2])
    expect(others).to_have_count(0)
    first = page.locator("button.call").first
    newest = first.inner_text()
    page.get_by_role("button", name="Older").click()
    expect(page).to_have_url(re.compile(r"model=.*&before=[0-9a-f]{32}$"))
    expect(page.get_by_role("button", name="Newest")).to_be_visible()
    older = first.inner_text()
    assert older != newest
    page.reload(wait_until="networkidle")
    expect(first).to_have_text(re.compile("".join(older.split("\n")[1:2])))
    expect(page.get_by_role("button", name="Newest")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("button", name="Newest")).to_have_count(0)
    expect(page.get_by_label("Model")).to_have_value(MODELS[0])
    page.go_back()
    expect(page.get_by_label("Model")).to_have_value("")
    expect(page).to_have_url(f"{site.origin}/activity")
    assert ada.problems == []
