"""What a student does with a key's rules, by page: end, budget, models, name, switch, rotation."""

import re
import time
from datetime import timedelta

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from hcai_app import clock
from tests.e2e.conftest import Arrive
from tests.e2e.site import Person, Site
from tests.harness.product import CHANGED_S

MODEL, OTHER = "qwen/qwen3-32b", "openai/gpt-5-mini"


def call(site: Site, key: str, model: str = MODEL, **headers: str) -> httpx.Response:
    return httpx.post(
        f"{site.base_url}/chat/completions",
        headers={"Authorization": f"Bearer {key}", **headers},
        json={"model": model, "messages": [{"role": "user", "content": "hi"}]},
    )


def make_key(page: Page, name: str) -> str:
    page.get_by_label("Name").first.fill(name)
    page.get_by_role("button", name="Make a key").click()
    return page.locator("#fresh-key").inner_text()


def row_of(page: Page, name: str) -> Locator:
    return page.locator(".key-row").filter(has=page.get_by_role("heading", name=name, exact=True))


def open_settings(page: Page, name: str) -> Locator:
    row = row_of(page, name)
    if not row.get_by_role("button", name="Save").is_visible():
        row.get_by_text("Settings").click()
    return row


@pytest.fixture
def ada(arrive: Arrive, request: pytest.FixtureRequest) -> Person:
    number = abs(hash(request.node.name)) % 10**6
    return arrive(reduced_motion="reduce").sign_in("Ada", slack_id=f"URULE{number}")


def test_a_key_gets_a_name_an_end_a_budget_and_models(ada: Person, site: Site) -> None:
    page = ada.open("/keys")
    key = make_key(page, "raccoon")
    row = open_settings(page, "raccoon")
    row.get_by_label("Name").fill("raccoon two")
    row.get_by_label("Last day (UTC)").fill(f"{clock.now() + timedelta(days=2):%Y-%m-%d}")
    row.get_by_label("Budget in dollars").fill("0.50")
    row.get_by_label("Models, with commas between").fill(MODEL)
    row.get_by_role("button", name="Save").click()
    changed = row_of(page, "raccoon two")
    expect(changed.locator(".pill.is-near")).to_have_text(re.compile("Ends in 2 days"))
    expect(changed.get_by_label("Rules")).to_contain_text("$0.5")
    expect(changed.get_by_label("Rules")).to_contain_text(f"{MODEL} only")
    time.sleep(CHANGED_S)
    assert call(site, key).status_code == 200
    refused = call(site, key, OTHER)
    assert refused.status_code in (400, 403)
    assert "model" in refused.json()["error"]["message"]
    row = open_settings(page, "raccoon two")
    row.get_by_label("Models, with commas between").fill("")
    row.get_by_role("button", name="Save").click()
    expect(changed.get_by_label("Rules")).not_to_contain_text("only")
    time.sleep(CHANGED_S)
    assert call(site, key, OTHER).status_code == 200
    assert ada.problems == []


def test_a_key_is_switched_off_and_on_again(ada: Person, site: Site) -> None:
    page = ada.open("/keys")
    key = make_key(page, "lamp")
    row = open_settings(page, "lamp")
    row.get_by_role("button", name="Switch off").click()
    expect(row.locator(".pill.is-over")).to_have_text("Off")
    time.sleep(CHANGED_S)
    refused = call(site, key)
    assert refused.status_code == 401
    assert "switched off" in refused.json()["error"]["message"]
    row.get_by_role("button", name="Switch on").click()
    expect(row.locator(".pill.is-over")).to_have_count(0)
    time.sleep(CHANGED_S)
    assert call(site, key).status_code == 200
    assert ada.problems == []


def test_a_key_is_rotated_and_both_live_on_for_as_long_as_was_chosen(
    ada: Person, site: Site
) -> None:
    page = ada.open("/keys")
    old = make_key(page, "wheel")
    row = open_settings(page, "wheel")
    row.get_by_label("A new key takes its place").select_option("works for an hour")
    row.get_by_role("button", name="Rotate").click()
    fresh = page.locator("#fresh-key")
    expect(fresh).not_to_have_text(old)
    new = fresh.inner_text()
    expect(page.get_by_text(re.compile("Replaced, ends in 1 h"))).to_be_visible()
    assert [call(site, key).status_code for key in (old, new)] == [200, 200]
    young = row_of(page, "wheel").filter(has=page.get_by_role("button", name="Rotate"))
    if not young.is_visible():
        row_of(page, "wheel").first.get_by_text("Settings").click()
    young.get_by_label("A new key takes its place").select_option("stops at once")
    young.get_by_role("button", name="Rotate").click()
    expect(fresh).not_to_have_text(new)
    time.sleep(CHANGED_S)
    assert [call(site, key).status_code for key in (new, fresh.inner_text())] == [401, 200]
    assert ada.problems == []


def test_a_key_near_its_limit_and_one_over_it_say_so_and_so_does_the_refusal(
    arrive: Arrive, site: Site
) -> None:
    ada = arrive(reduced_motion="reduce").sign_in("Ada", slack_id="UNEARLIMIT")
    page = ada.open("/keys")
    key = make_key(page, "purse")
    assert call(site, key).status_code == 200
    cost = float(site.settled_rows("UNEARLIMIT", 1)[0]["cost_usd"])
    for share, kind in ((1.1, "is-near"), (1.0, "is-over")):
        site.cli("keys", "set", key, "--budget-usd", f"{cost * share:.9f}")
        page.reload(wait_until="networkidle")
        expect(row_of(page, "purse").locator(f".pill.{kind}")).to_contain_text("spent")
    time.sleep(CHANGED_S)
    refused = call(site, key)
    assert refused.status_code == 402
    page.goto(refused.json()["error"]["metadata"]["help_url"], wait_until="networkidle")
    expect(page.get_by_role("heading", name="A budget was spent")).to_be_visible()
    expect(page.get_by_text("It may pass again from")).to_be_visible()
    page.get_by_role("link", name="Raise the key's budget").click()
    expect(page.get_by_role("heading", level=1, name="Keys")).to_be_visible()
    assert ada.problems == []


def test_a_leaked_key_tells_why_it_ended_and_gets_a_successor_with_one_click(
    arrive: Arrive, site: Site
) -> None:
    ada, finder = (arrive(reduced_motion="reduce") for _ in range(2))
    page = ada.sign_in("Ada", slack_id="ULEAKED").open("/keys")
    key = make_key(page, "spilt")
    found = finder.open("/leaked")
    found.locator("textarea, input[name=key]").first.fill(f"OPENAI_API_KEY={key}")
    found.get_by_role("button").last.click()
    expect(found.get_by_role("status")).to_contain_text("The key has ended")
    time.sleep(CHANGED_S)
    assert call(site, key).status_code == 401
    page.reload(wait_until="networkidle")
    expect(page.get_by_role("heading", name="Your key “spilt” was found in public")).to_be_visible()
    page.get_by_role("link", name="Why it ended, and a new key").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("spilt")
    expect(page.get_by_text(key[-4:])).to_be_visible()
    page.get_by_role("button", name=re.compile("new key|successor", re.IGNORECASE)).click()
    expect(page.get_by_role("heading", level=1, name="Your new key")).to_be_visible()
    new = re.findall(r"sk-hc-v1-[0-9a-f]{64}", page.content())[0]
    expect(page.get_by_text(".gitignore").first).to_be_visible()
    assert call(site, new).status_code == 200
    page = ada.open("/keys")
    expect(page.get_by_text("was found in public")).to_have_count(0)
    expect(row_of(page, "spilt").first).to_be_visible()
