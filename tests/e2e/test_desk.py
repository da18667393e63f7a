"""The desk in a browser: a volunteer's way by keys alone, and what nobody else ever gets of it."""

import gzip
import json
import time

import httpx
from playwright.sync_api import Page, expect

from hcai_app.frontend.build import BUILT_PAGES
from tests.e2e.conftest import ADMIN, Arrive
from tests.e2e.site import Site
from tests.e2e.test_key_rules import call
from tests.harness.product import CHANGED_S

# Words of the desk that no page has for another reason.
WORDS = (b"HCAI desk", b"/admin", b"desk.js", b"desk.css", b"acts/ban", b"data-live", b"DeskDoor")


def test_a_volunteer_finds_somebody_and_bans_them_without_a_mouse(
    arrive: Arrive, site: Site
) -> None:
    student = arrive().sign_in("Mallory Mischief", slack_id="UMALLORY")
    volunteer = arrive().sign_in("Vera", slack_id=ADMIN)
    page = volunteer.open("/admin")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    find(page, "mallory", "Mallory Mischief")
    command(page, "ban")
    page.keyboard.type("tries out bans")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Banned")
    expect(page.get_by_text("tries out bans").first).to_be_visible()
    assert '"users.ban"' in site.cli("audit", "--user", "UMALLORY")
    student.page.goto(f"{site.origin}/dashboard", wait_until="networkidle")
    expect(student.page.get_by_text("Sign in first")).to_be_visible()
    assert volunteer.problems == []


def test_sections_and_rows_go_by_keys_and_the_overview_renews_itself(
    arrive: Arrive, site: Site
) -> None:
    volunteer = arrive().sign_in("Vera", slack_id=ADMIN)
    page = volunteer.open("/admin")
    with page.expect_response(f"{site.origin}/admin/now"):
        pass  # by itself
    page.keyboard.press("g")
    page.keyboard.press("l")
    expect(page.get_by_role("heading", name="Log", exact=True)).to_be_visible()
    page.wait_for_load_state()  # with the script that hears keys
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    page.keyboard.press("g")
    page.keyboard.press("r")
    expect(page.get_by_role("heading", name="Rules", exact=True).first).to_be_visible()
    assert volunteer.problems == []


def test_somebody_is_found_and_opened_by_arrows_and_rows_by_letters(
    arrive: Arrive, site: Site
) -> None:
    arrive().sign_in("Rosa Row", slack_id="UROSA")
    arrive().sign_in("Rosa Column", slack_id="UCOLUMN")
    volunteer = arrive().sign_in("Vera", slack_id=ADMIN)
    page = volunteer.open("/admin")
    page.keyboard.press("/")
    page.keyboard.type("rosa c")
    expect(page.locator("#palette").get_by_role("link", name="Rosa Column")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Rosa Column")).to_be_visible()
    page.goto(f"{site.origin}/admin/people", wait_until="networkidle")
    page.locator("main input[name=q]").fill("rosa")
    page.keyboard.press("Enter")
    expect(page.get_by_role("row")).to_have_count(3)
    page.get_by_role("heading", level=1).click()  # out of the field
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    opened = page.get_by_role("row").nth(1)
    expect(opened.get_by_role("link")).to_be_focused()
    name = opened.get_by_role("link").inner_text()
    opened.get_by_role("cell").last.click(force=True)  # its link lies over it
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    assert volunteer.problems == []


def test_without_a_script_windows_open_and_somebody_is_found(arrive: Arrive, site: Site) -> None:
    arrive().sign_in("Nora Noscript", slack_id="UNOSCRIPT")
    page = arrive(java_script_enabled=False).sign_in("Vera", slack_id=ADMIN).open("/admin")
    page.get_by_role("button", name="Keys").click()
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    page.get_by_role("button", name="Find").click()
    field = page.get_by_label("Find somebody or a command")
    expect(field).to_be_focused()
    field.fill("nora n")
    field.press("Enter")
    expect(page.get_by_role("row").get_by_role("link", name="Nora Noscript")).to_be_visible()


def test_by_the_palette_a_grant_is_given_and_a_ban_has_its_end(arrive: Arrive, site: Site) -> None:
    arrive().sign_in("Gina Granted", slack_id="UGINA")
    volunteer = arrive().sign_in("Vera", slack_id=ADMIN)
    page = volunteer.open("/admin")
    find(page, "gina gr", "Gina Granted")
    command(page, "grant")
    page.keyboard.type("20")
    part = page.locator("details[open]")
    part.get_by_label("Until (UTC)").fill("2099-01-31")
    part.get_by_label("Reason").fill("a hackathon")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("$20 a day")
    expect(page.get_by_text("$20 a day (granted)")).to_be_visible()
    command(page, "ban")
    page.keyboard.type("sold her key")
    page.locator("details[open]").get_by_label("Until (UTC)").fill("2099-02-01")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Banned")
    shown = json.loads(site.cli("users", "show", "UGINA"))
    assert shown["banned_until"].startswith("2099-02-01")
    assert shown["ban_reason"] == "sold her key"
    command(page, "unban")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("They are in again")
    acts = [json.loads(line)["act"] for line in site.cli("audit", "--user", "UGINA").splitlines()]
    assert acts[-3:] == ["users.grant", "users.ban", "users.unban"]
    assert volunteer.problems == []


def test_a_model_goes_off_and_on_and_its_callers_read_why(arrive: Arrive, site: Site) -> None:
    arrive().sign_in("Moss", slack_id="UMOSS")
    key = site.cli("keys", "create", "--user", "UMOSS", "--name", "bot").splitlines()[-1]
    volunteer = arrive().sign_in("Vera", slack_id=ADMIN)
    page = volunteer.open("/admin/site")
    row = page.get_by_role("row").filter(has_text="openai/gpt-5-mini")
    row.get_by_text("Switch off").first.click()
    row.get_by_label("Reason").fill("It answers nonsense.")
    row.get_by_role("button", name="Switch off").click()
    expect(page.get_by_role("status")).to_contain_text("openai/gpt-5-mini is off")
    time.sleep(CHANGED_S)
    refused = call(site, key, "openai/gpt-5-mini")
    assert refused.status_code == 400
    assert "It answers nonsense" in refused.json()["error"]["message"]
    row.get_by_role("button", name="Switch on").click()
    expect(page.get_by_role("status")).to_contain_text("is on again")
    time.sleep(CHANGED_S)
    assert call(site, key, "openai/gpt-5-mini").status_code == 200
    assert volunteer.problems == []


def find(page: Page, words: str, name: str) -> None:
    page.keyboard.press("/")
    page.keyboard.type(words)
    expect(page.locator("#palette").get_by_role("link", name=name)).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    page.wait_for_load_state()  # with the script that hears keys


def command(page: Page, words: str) -> None:
    page.wait_for_load_state()  # an act has made a new page, whose script hears keys
    page.keyboard.press("Control+k")
    page.keyboard.type(words)
    page.keyboard.press("Enter")


def test_a_banner_of_the_desk_stands_over_every_page(arrive: Arrive, site: Site) -> None:
    volunteer = arrive().sign_in("Vera", slack_id=ADMIN)
    page = volunteer.open("/admin/site")
    page.get_by_label("One line, for everybody").fill("Closed tonight.")
    page.get_by_role("button", name="Show it").click()
    expect(page.get_by_role("status")).to_contain_text("banner")
    try:
        visitor = arrive()
        expect(visitor.open("/models").locator(".banner")).to_have_text("Closed tonight.")
    finally:
        site.cli("site", "banner", "")


def test_for_a_student_the_desk_is_any_page_that_is_not_there(arrive: Arrive, site: Site) -> None:
    student = arrive().sign_in("Ada", slack_id="UADA404")
    cookies = {cookie["name"]: cookie["value"] for cookie in student.context.cookies()}
    for path in ("/admin", "/admin/people", "/admin/desk.js", "/admin/now"):
        answers = [
            httpx.get(site.origin + asked, cookies=cookies)
            for asked in (path, path.replace("/admin", "/nimda"))
        ]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content
        kept = [dict(answer.headers) for answer in answers]
        assert [headers.pop("date", None) and None for headers in kept] == [None, None]
        assert kept[0] == kept[1]
    page = student.open("/admin")
    expect(page.get_by_text("the tracks end here")).to_be_visible()
    assert not [frame for frame in student.frames if "desk" in frame.lower()]


def test_no_file_of_the_built_pages_knows_the_desk(site: Site) -> None:
    assert site.origin  # they are built
    told: dict[str, list[bytes]] = {}
    for file in filter(lambda path: path.is_file(), BUILT_PAGES.rglob("*")):
        data = file.read_bytes()
        data = gzip.decompress(data) if file.suffix == ".gz" else data
        if words := [word for word in WORDS if word in data]:
            told[file.name] = words
    assert told == {}
