"""The playground's conversations: between pages, between tabs, half written, deleted."""

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Arrive
from tests.e2e.test_playground import answers, say

LONG = '/simulate chunks=60 delay=0.05 say="Zinnia said so."'


def listed(page: Page) -> Locator:
    return page.get_by_role("list", name="Conversations").get_by_role("listitem")


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
