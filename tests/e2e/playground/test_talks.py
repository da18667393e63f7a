"""The playground's conversations: between pages, between tabs, half written, deleted."""

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Arrive
from tests.e2e.playground.talking import answers, field, finished, say
from tests.e2e.states import choose_model

LONG = '/simulate chunks=60 delay=0.05 say="Zinnia said so."'


def listed(page: Page) -> Locator:
    return page.get_by_role("list", name="Conversations").get_by_role("listitem")


def test_an_answer_goes_on_while_another_page_is_looked_at(arrive: Arrive):
    ada = arrive(reduced_motion="reduce").sign_in("Ada", slack_id="UTALKS")
    page = ada.open("/playground")
    say(page, f"{LONG}\nhi")
    expect(answers(page)).to_contain_text("Zinnia")
    page.get_by_role("link", name="Keys").first.click()
    page.wait_for_url("**/keys")
    page.get_by_role("link", name="Playground").first.click()
    expect(finished(page)).to_contain_text(" in all")
    expect(answers(page)).not_to_contain_text("Stopped.")
    assert ada.problems == []


def test_two_tabs_have_the_same_conversations(arrive: Arrive):
    ada = arrive(reduced_motion="reduce").sign_in("Ada", slack_id="UTALKS")
    here = ada.open("/playground")
    say(here, "one")
    finished(here)
    there = ada.context.new_page()
    there.goto(here.url, wait_until="networkidle")
    finished(there)
    say(here, f"{LONG}\ntwo")
    expect(answers(there)).to_have_count(2)
    there.get_by_role("button", name="Stop").click()
    expect(finished(here, 2)).to_contain_text("Stopped.")
    say(there, "three")
    finished(there, 3)
    finished(here, 3)
    say(here, f"{LONG}\nfour")
    there.get_by_role("button", name="Forget all").click()
    there.get_by_role("group").get_by_role("button", name="Forget all").click()
    expect(listed(here)).to_have_count(0)
    here.reload(wait_until="networkidle")
    expect(here.get_by_text("Your conversations will be listed here.")).to_be_visible()


def test_what_is_half_written_waits_in_its_conversation(arrive: Arrive, tmp_path: Path):
    ada = arrive(reduced_motion="reduce").sign_in("Ada", slack_id="UTALKS")
    page = ada.open("/playground")
    say(page, "An old one")
    finished(page)
    page.get_by_role("button", name="New conversation").click()
    say(page, f"{LONG}\nhi")
    choose_model(page, "openai/gpt-5-mini")
    (tmp_path / "photo.png").write_bytes(b"\x89PNG")
    page.get_by_test_id("files").set_input_files(tmp_path / "photo.png")
    field(page).fill("half")
    page.get_by_role("button", name="An old one", exact=True).click()
    expect(field(page)).to_have_value("")
    # What was answered there before is not said again.
    expect(page.get_by_role("status").filter(has_text="Answer")).to_have_count(0)
    page.get_by_role("button", name="Embeddings", exact=True).click()
    page.get_by_role("button", name="Chat", exact=True).click()
    listed(page).first.get_by_role("button").first.click()
    expect(field(page)).to_have_value("half")
    expect(page.locator(".play-attached")).to_contain_text("photo.png")
    choose_model(page, "moonshotai/kimi-k2-0905")
    expect(page.get_by_text("does not see photo.png.")).to_be_visible()
    assert ada.problems == []


def test_a_conversation_is_deleted_only_after_a_question(arrive: Arrive):
    ada = arrive(reduced_motion="reduce").sign_in("Ada", slack_id="UTALKS")
    page = ada.open("/playground")
    say(page, f"{LONG}\nhi")
    trash = page.get_by_role("button", name="Delete /simulate")
    listed(page).first.hover()
    trash.click()
    page.keyboard.press("Escape")
    expect(trash).to_be_focused()
    expect(listed(page)).to_have_count(1)
    expect(answers(page)).to_have_attribute("aria-busy", "true")  # Escape was the question's
    trash.click()
    page.get_by_role("button", name="Delete it").click()
    expect(listed(page)).to_have_count(0)
    expect(page.get_by_role("button", name="New conversation")).to_be_focused()
    expect(page.get_by_text("The newest 60 are kept")).to_be_visible()
    assert ada.problems == []
