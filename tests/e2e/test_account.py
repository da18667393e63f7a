"""The ways out of an account, and back in where one was, in a browser."""

import time

import httpx
from playwright.sync_api import expect

from tests.e2e.conftest import Arrive
from tests.e2e.site import Site
from tests.harness.product import CHANGED_S

ENDS_MS = 2_000
BACK_MS = 30_000
PHRASE = "delete my account"


def test_signing_out_everywhere_ends_the_other_browser_too(arrive: Arrive, site: Site):
    left_open, here = (arrive(reduced_motion="reduce") for _ in range(2))
    for person in (left_open, here):
        person.sign_in("Ada", slack_id="UEVERYWHERE")
    shown = left_open.open("/account")
    expect(shown.get_by_text("UEVERYWHERE", exact=True)).to_be_visible()
    page = here.open("/account")
    expect(page.get_by_text("Another browser")).to_be_visible()
    page.get_by_role("button", name="Sign out everywhere").click()
    asked = page.get_by_role("group", name="Sign out in every browser")
    asked.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url(f"{site.origin}/")
    first = shown.get_by_role("heading", name="Sign in first")
    expect(first).to_be_visible(timeout=ENDS_MS + CHANGED_S * 1000)
    expect(shown.get_by_text("UEVERYWHERE", exact=True)).to_have_count(0)


def test_a_deleted_account_is_gone_with_its_keys(arrive: Arrive, site: Site):
    ada = arrive(reduced_motion="reduce").sign_in("Ada", slack_id="UGONE")
    key = site.cli("keys", "create", "--user", "UGONE", "--name", "bot").splitlines()[-1]
    headers = {"Authorization": f"Bearer {key}"}
    assert httpx.get(f"{site.base_url}/key", headers=headers).status_code == 200
    page = ada.open("/account")
    page.get_by_role("button", name="Delete my account").click()
    yes = page.get_by_role("button", name="Delete it for good")
    page.keyboard.type("delete")
    expect(yes).to_be_disabled()
    page.keyboard.type(PHRASE.removeprefix("delete"))
    yes.click()
    page.wait_for_url(f"{site.origin}/sign-in/deleted")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account is gone.")
    time.sleep(CHANGED_S)
    assert httpx.get(f"{site.base_url}/key", headers=headers).status_code == 401
    expect(ada.open("/account").get_by_role("heading", name="Sign in first")).to_be_visible()
    again = ada.sign_in("Ada", slack_id="UGONE").open("/auth/login")
    expect(again.get_by_role("heading", level=1)).to_have_text("You deleted your account today.")


def test_whoever_has_to_sign_in_comes_back_to_where_they_were(arrive: Arrive, site: Site):
    ada = arrive(reduced_motion="reduce").sign_in("Ada", slack_id="UBACK")
    ada.context.clear_cookies()
    address = f"{site.origin}/activity?model=qwen%2Fqwen3-32b&outcome=completed"
    for way in ("Sign in with Hack Club", "Sign in"):
        ada.context.clear_cookies()
        page = ada.open(address.removeprefix(site.origin))
        page.get_by_role("link", name=way, exact=True).click()
        page.wait_for_url(address)
        expect(page.get_by_label("Outcome")).to_have_value("completed")


def test_signing_in_in_a_new_tab_leads_there_too(arrive: Arrive, site: Site):
    ada = arrive(reduced_motion="reduce").sign_in("Ada", slack_id="UTAB")
    ada.context.clear_cookies()
    page = ada.open("/account")
    with ada.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in", exact=True).click(button="middle")
    opened.value.wait_for_url(f"{site.origin}/account")


def test_the_other_sections_open_by_keyboard_on_a_phone(arrive: Arrive):
    person = arrive(width=390, reduced_motion="reduce").sign_in("Mo", slack_id="UMORE")
    page = person.open("/models")
    more = page.get_by_role("button", name="More")
    more.focus()
    page.keyboard.press("Enter")
    unfolded = page.locator("#more-sections")
    expect(unfolded).to_be_visible()
    page.keyboard.press("Escape")
    expect(unfolded).to_be_hidden()
    expect(more).to_be_focused()
    page.keyboard.press("Enter")
    sections = page.get_by_role("navigation", name="Sections, at the lower edge")
    sections.get_by_role("link", name="Everyone").press("Enter")
    expect(page.get_by_role("heading", level=1, name="Everyone")).to_be_visible()


def test_a_fresh_key_is_not_shown_to_who_signs_in_next(arrive: Arrive, site: Site):
    ada = arrive(reduced_motion="reduce").sign_in("Ada", slack_id="UFORMER")
    page = ada.open("/keys")
    page.get_by_label("Name").fill("phoenix")
    page.get_by_role("button", name="Make a key").click()
    expect(page.locator("#fresh-key")).to_be_visible()
    ada.context.clear_cookies()
    _restart(site)
    expect(page.get_by_role("heading", name="Sign in first")).to_be_visible(timeout=BACK_MS)
    site.identity.person("Bob", slack_id="UNEXT", sub="ident!UNEXT")
    with page.expect_popup() as opened:
        page.evaluate("window.open('/auth/login')")
    opened.value.wait_for_load_state("networkidle")
    _restart(site)
    expect(page.get_by_label("Name")).to_be_visible(timeout=BACK_MS)
    expect(page.locator("#fresh-key")).to_have_count(0)


def _restart(site: Site) -> None:
    site.stop()
    site.start()
