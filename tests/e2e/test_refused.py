"""A refused call, from the program to the page that explains it, to an appeal and its answer."""

import json

import httpx
from playwright.sync_api import Page, expect

from tests.e2e import axe
from tests.e2e.conftest import ADMIN, Arrive
from tests.e2e.site import Person, Site
from tests.e2e.test_key_rules import MODEL, call


def refused_call(site: Site, slack_id: str) -> tuple[str, str]:
    """The id of a call that a rule refused, and where its error leads."""
    key = site.cli("keys", "create", "--user", slack_id, "--name", "laptop").splitlines()[-1]
    refused = call(site, key, **{"User-Agent": "Cline/3.1"})
    assert refused.status_code == 403
    return refused.headers["x-request-id"], refused.json()["error"]["metadata"]["help_url"]


def appeal(page: Page) -> None:
    page.get_by_text("This was a mistake").click()
    page.get_by_role("button", name="I wrote this program myself").click()
    expect(page.get_by_role("heading", name="Your appeal")).to_be_visible()
    expect(page.get_by_text("Nobody has looked yet.")).to_be_visible()


def status_of(person: Person, path: str) -> int:
    cookies = {cookie["name"]: cookie["value"] for cookie in person.context.cookies()}
    return httpx.get(person.site.origin + path, cookies=cookies).status_code


def test_a_refused_call_is_found_explained_and_appealed_against_and_the_answer_comes(
    arrive: Arrive, site: Site
) -> None:
    ada = arrive(reduced_motion="reduce").sign_in("Ada", slack_id="UREFUSED")
    call_id, help_url = refused_call(site, "UREFUSED")
    page = ada.open("/activity")
    page.locator("button.call").first.click()
    page.get_by_role("link", name="What to do about it").click()
    page.wait_for_url(help_url)
    expect(page.get_by_role("heading", name="That call was not allowed")).to_be_visible()
    expect(page.locator(".why-story")).to_contain_text("Cline")
    expect(page.get_by_text(call_id, exact=True)).to_be_visible()
    appeal(page)
    assert axe.violations(page) == []

    vera = arrive().sign_in("Vera", slack_id=ADMIN)
    desk = vera.open("/admin")
    desk.keyboard.press("g")
    desk.keyboard.press("e")
    expect(desk.get_by_role("heading", name="Appeals and reports")).to_be_visible()
    row = desk.get_by_role("row").filter(has_text=call_id)
    expect(row).to_contain_text("I wrote this program myself")
    row.get_by_text("Answer", exact=True).click()
    form = row.locator("form").filter(has=desk.get_by_role("button", name="They are right"))
    form.get_by_label("Answer: they read it").fill("A fine game: you are exempt from the rule.")
    form.get_by_role("button").click()
    expect(desk.get_by_role("status")).to_contain_text("They read your answer")
    last = json.loads(site.cli("audit").splitlines()[-1])
    assert (last["act"], last["target"]) == ("fairuse.answer", call_id)

    page.reload(wait_until="networkidle")
    expect(page.get_by_text("You are right:")).to_be_visible()
    expect(page.get_by_text("A fine game: you are exempt from the rule.")).to_be_visible()
    assert ada.problems == vera.problems == []


def test_anothers_refused_call_is_a_404_in_status_and_words(arrive: Arrive, site: Site) -> None:
    ada, bob = (arrive().sign_in(name, slack_id=f"UWHY{name.upper()}") for name in ("Ada", "Bob"))
    call_id, _ = refused_call(site, "UWHYADA")
    key = site.cli("keys", "create", "--user", "UWHYADA", "--name", "other").splitlines()[-1]
    good_id = call(site, key).headers["x-request-id"]
    assert [status_of(ada, f"/why/{it}") for it in (call_id, good_id)] == [200, 200]
    for path in (f"/why/{call_id}", f"/why/{good_id}", f"/why/{'0' * 32}", "/why/x"):
        assert status_of(bob, path) == 404
    answer = httpx.get(f"{site.origin}/why/{call_id}")  # nobody: the page asks to sign in
    assert (answer.status_code, MODEL in answer.text) == (200, False)
    page = bob.open(f"/why/{call_id}")
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    assert not [frame for frame in bob.frames if "Cline" in frame]
