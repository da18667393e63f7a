"""The playground on a phone: everything is there, and the newest is in sight."""

from playwright.sync_api import expect

from tests.e2e.conftest import Arrive
from tests.e2e.playground.talking import DRAWS, finished, say


def test_a_phone_has_everything_in_sheets(arrive: Arrive):
    ada = arrive(width=390, reduced_motion="reduce").sign_in("Ada", slack_id="UPHONE")
    page = ada.open("/playground")
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("complementary", name="Settings").get_by_label("System prompt").fill(
        "Be brief."
    )
    page.keyboard.press("Escape")
    say(page, "hi")
    finished(page)
    page.get_by_role("button", name="Conversations").click()
    window = page.get_by_role("complementary", name="Conversations")
    expect(window.get_by_role("button", name="hi", exact=True)).to_be_visible()
    assert ada.overflow() <= 0
    assert ada.problems == []


def test_answers_side_by_side_are_swiped_and_the_page_stays(arrive: Arrive):
    ada = arrive(width=390, reduced_motion="reduce").sign_in("Ada", slack_id="UPHONE")
    page = ada.open("/playground?model=qwen/qwen3-32b")
    page.get_by_role("button", name="Compare").click()
    for rival in ("moonshotai/kimi-k2-0905", "openai/gpt-oss-120b", "openai/gpt-5-mini"):
        page.locator(f"#play-models button[value='{rival}']").click()
    page.keyboard.press("Escape")
    say(page, "Who are you?")
    finished(page, 4)
    race = page.get_by_label("Answers side by side")
    assert race.evaluate("it => it.scrollWidth > it.clientWidth")
    assert ada.overflow() <= 0


def test_the_newest_stays_in_sight_until_the_reader_scrolls_up(arrive: Arrive):
    ada = arrive(width=390, height=700, reduced_motion="reduce")
    page = ada.sign_in("Ada", slack_id="UPHONE").open(f"/playground?model={DRAWS}")
    newest = page.get_by_role("button", name="To the newest")
    for count in (1, 2, 3):  # a picture is drawn later than its message
        say(page, "A raccoon")
        expect(
            finished(page, count).get_by_role("link", name="Save the picture")
        ).to_be_in_viewport()
        expect(newest).to_have_count(0)
    page.locator(".play-said").last.hover()
    page.mouse.wheel(0, -600)
    expect(newest).to_be_visible()
    say(page, "/simulate delay=0.05\nAnother one")
    expect(newest).to_have_count(0)
    finished(page, 4)
    page.mouse.wheel(0, -600)
    newest.click()
    expect(newest).to_have_count(0)
    expect(page.locator(".play-receipt").last).to_be_in_viewport()
