"""A student's way through the site, from the front page to signing out."""

import csv
import io
import json
import subprocess
import time
from typing import Any

import httpx
import openai
import pytest
from playwright.sync_api import Page, expect

from hcai_app import hashing
from hcai_app.services.people import sessions
from tests.e2e.conftest import Arrive
from tests.e2e.site import KEY_SECRET, Person, Site
from tests.harness.product import CHANGED_S
from tests.harness.room import within

MODEL, OTHER_MODEL = "qwen/qwen3-32b", "openai/gpt-oss-120b"
MARKER = "zebra-lantern-4711"


# Whether a tile shows a number, and whether the chart has bars of so many calls of a model.
TILE_SHOWS = """([label, wanted]) => [...document.querySelectorAll(".stat")].some((it) =>
  it.querySelector(".stat-label").textContent === label &&
  it.querySelector(".stat-value .heard").textContent === wanted)"""
CHART_SHOWS = """([model, wanted]) => document.querySelector("#usage .bar") &&
  [...document.querySelectorAll("#usage .chart-legend li")].some((it) =>
    it.textContent === model + wanted)"""


def seconds_until(page: Page, is_there: str, argument: list[str]) -> float:
    """Return after how many seconds it is there."""
    begun = time.monotonic()
    page.wait_for_function(is_there, arg=argument, timeout=5_000)
    return time.monotonic() - begun


@pytest.fixture
def ada(arrive: Arrive) -> Person:
    return arrive(reduced_motion="reduce")


def sign_in_from_the_front_page(ada: Person) -> None:
    ada.site.identity.person("Ada Lovelace")
    ada.site.identity.set(shows_consent=True)
    try:
        page = ada.open("/")
        page.get_by_role("link", name="Sign in with Hack Club").first.click()
        page.get_by_role("button", name="Authorize").click()
        page.wait_for_url("**/dashboard")
    finally:
        ada.site.identity.set(shows_consent=False)
    expect(page.get_by_role("heading", name="Dashboard", level=1)).to_be_visible()


def make_a_key(ada: Person, name: str) -> str:
    page = ada.open("/keys")
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Make a key").click()
    key = page.locator("#fresh-key").inner_text()
    assert key.startswith("sk-hc-v1-")
    return key


def test_a_student_signs_in_calls_watches_and_leaves(ada: Person, site: Site, arrive: Arrive):
    sign_in_from_the_front_page(ada)
    expect(ada.page.get_by_role("link", name="Make a key")).to_be_visible()

    key = make_a_key(ada, "raccoon bot")
    command = ada.page.locator("#fresh-key-curl").inner_text()
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert '"choices"' in done.stdout, done.stderr

    watch_the_dashboard(ada, key)
    rows_are_in_activity(ada, site)
    nothing_secret_is_in_the_pages(ada, key)
    revoke(ada, site, key)
    cookie = sign_out(ada)
    the_old_cookie_opens_nothing(arrive(), cookie)
    nothing_secret_was_sent(ada, key, cookie)
    assert ada.problems == []


def watch_the_dashboard(ada: Person, key: str) -> None:
    page = ada.open("/dashboard")
    client = openai.OpenAI(base_url=ada.site.base_url, api_key=key)
    page.evaluate("window.isTheSamePage = true")

    def call(model: str) -> None:
        messages: Any = [{"role": "user", "content": f"Say {MARKER}."}]
        client.chat.completions.create(model=model, messages=messages)

    for requests, model, of_model in (("2", MODEL, "2"), ("3", OTHER_MODEL, "1")):
        call(model)
        assert seconds_until(page, TILE_SHOWS, ["Requests today", requests]) < within(1)
        shown = [model.partition("/")[2], of_model]
        assert seconds_until(page, CHART_SHOWS, shown) < within(1)
    expect(page.locator(".latest-calls").get_by_text("gpt-oss-120b").first).to_be_visible()
    assert page.evaluate("window.isTheSamePage")


def rows_are_in_activity(ada: Person, site: Site) -> None:
    page = ada.page
    page.get_by_role("navigation", name="Sections", exact=True).get_by_role(
        "link", name="Activity"
    ).click()
    page.get_by_label("Model").select_option(OTHER_MODEL)
    expect(page.locator("button.call")).to_have_count(1)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    text = download.value.path().read_text()
    exported = list(csv.DictReader(io.StringIO(text)))
    ledger = [
        json.loads(line)
        for line in site.cli("usage", "export", "--user", "U0ADA", "--format", "jsonl").splitlines()
    ]
    wanted = [row for row in ledger if row["model"] == OTHER_MODEL]
    assert len(ledger) == 3
    assert [row["id"] for row in exported] == [row["id"] for row in wanted]
    assert exported[0]["cost_usd"] == wanted[0]["cost_usd"]
    assert exported[0]["total_tokens"] == str(wanted[0]["total_tokens"])


def nothing_secret_is_in_the_pages(ada: Person, key: str) -> None:
    cookie = next(one["value"] for one in ada.context.cookies() if one["name"] == "hcai_session")
    secrets = {
        key,
        hashing.keyed_hash(key, KEY_SECRET),
        cookie,
        sessions.id_of(cookie, KEY_SECRET),
        KEY_SECRET,
    }
    for path in ("/", "/dashboard", "/keys", "/activity", "/account", "/playground", "/docs"):
        source = ada.open(path).content()
        assert [secret for secret in secrets if secret in source] == [], path


def revoke(ada: Person, site: Site, key: str) -> None:
    page = ada.open("/keys")
    page.get_by_role("button", name="Revoke raccoon bot").click()
    page.get_by_role("button", name="Revoke", exact=True).click()
    expect(page.get_by_text("1 ended key")).to_be_visible()
    time.sleep(CHANGED_S)
    refused = httpx.post(
        f"{site.base_url}/chat/completions",
        headers={"Authorization": f"Bearer {key}"},
        json={"model": MODEL, "messages": [{"role": "user", "content": "hi"}]},
    )
    assert refused.status_code == 401


def sign_out(ada: Person) -> str:
    cookie = next(one["value"] for one in ada.context.cookies() if one["name"] == "hcai_session")
    page = ada.open("/account")
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url(ada.site.origin + "/")
    assert not [one for one in ada.context.cookies() if one["name"] == "hcai_session"]
    return cookie


def the_old_cookie_opens_nothing(thief: Person, cookie: str) -> None:
    thief.context.add_cookies([{"name": "hcai_session", "value": cookie, "url": thief.site.origin}])
    for path in ("/dashboard", "/keys", "/activity", "/account"):
        page = thief.open(path)
        expect(page.get_by_role("heading", name="Sign in first")).to_be_visible()
    assert "raccoon" not in "".join(thief.frames)
    assert "Lovelace" not in "".join(thief.frames)
    answer = httpx.get(f"{thief.site.origin}/api/account.json", cookies={"hcai_session": cookie})
    assert answer.status_code == 401


def nothing_secret_was_sent(ada: Person, key: str, cookie: str) -> None:
    frames = "".join(ada.frames)
    assert "dashboard" in frames
    for secret in (key, cookie, MARKER):
        assert secret not in frames
    assert MARKER not in ada.site.log
    assert cookie not in ada.site.log
