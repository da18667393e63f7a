"""The playground in a browser: talking, stopping, keeping, files, pictures, numbers, limits."""

import base64
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Arrive
from tests.e2e.playground.conftest import PLAYER
from tests.e2e.playground.talking import DRAWS, answers, field, finished, model, say
from tests.e2e.site import Person, Site
from tests.e2e.states import choose_model
from tests.harness.product import CHANGED_S
from tests.harness.room import within

MB = 1024 * 1024
FIRST_WORD_MS = 300
HOSTILE = (
    "<script>window.hurt=1</script> <img src=x onerror='window.hurt=1'> "
    "[click](javascript:window.hurt=1) [data](data:text/html,x) "
    "![spy](https://evil.test/spy.png) **loud** [home](https://hackclub.com)"
)
# Notes when the answer's text changed, and how long it was.
WATCH = """() => {
  window.seen = [];
  new MutationObserver(() => {
    const text = [...document.querySelectorAll(".play-answer .play-text")].at(-1)?.textContent;
    if (text && text.length !== window.seen.at(-1)?.length)
      window.seen.push({ at: performance.now(), length: text.length });
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""

# Comes back as soon as this browser's own database holds an answer with this text.
UNTIL_KEPT = """text => new Promise((resolve) => {
  indexedDB.open("hcai-playground").onsuccess = ({ target: { result: database } }) => {
    const look = () => {
      database.transaction("talks").objectStore("talks").getAll().onsuccess = ({ target }) => {
        const messages = target.result.flatMap((talk) => talk.messages);
        const isKept = messages.some((it) => it.role !== "user" && it.text.includes(text));
        isKept ? resolve(database.close()) : setTimeout(look, 50);
      };
    };
    look();
  };
})"""


def test_an_answer_comes_word_by_word_and_at_once(page: Page):
    page.evaluate(WATCH)
    field(page).fill("/simulate before=1 delay=0.05 chunks=20\nhi")
    began = page.evaluate("performance.now()")
    field(page).press("Enter")
    expect(answers(page)).to_contain_text("simulated answer")
    finished(page)
    seen = page.evaluate("window.seen")
    assert seen[0]["at"] - began - 1000 < within(FIRST_WORD_MS)
    assert len(seen) >= 6
    assert seen[0]["length"] < seen[-1]["length"] / 3
    took = r"^\d+ tokens\$0\.0\d+first word after \d\.\d s\d+ tokens/s\d\.\d s in all$"
    expect(answers(page).locator(".play-receipt")).to_have_text(re.compile(took))
    expect(page.get_by_role("status").filter(has_text="Answer: This is")).to_be_attached()


@pytest.mark.parametrize("way", ["button", "Escape"])
def test_stop_leaves_a_settled_row(page: Page, site: Site, way: str):
    before = len(site.rows(PLAYER))
    say(page, "/simulate chunks=400 delay=0.05\nhi")
    expect(answers(page)).to_contain_text("simulated answer")
    if way == "button":
        page.get_by_role("button", name="Stop").click()
    else:
        page.keyboard.press("Escape")
    expect(answers(page)).to_contain_text("Stopped.")
    row = site.settled_rows(PLAYER, before + 1)[-1]
    assert (row["outcome"], row["key_id"]) == ("client_closed", None)
    assert float(row["cost_usd"]) > 0


def test_a_reload_keeps_the_conversation(page: Page):
    say(page, "Remember the zebra lantern")
    text = finished(page).locator(".play-text").inner_text()
    page.reload(wait_until="networkidle")
    expect(page.locator(".play-question")).to_contain_text("zebra lantern")
    assert answers(page).locator(".play-text").inner_text() == text
    say(page, "And again")
    finished(page, 2)


def test_a_reload_amid_an_answer_keeps_what_came(page: Page):
    say(page, '/simulate chunks=400 delay=0.05 say="Zinnia said so."\nhi')
    page.evaluate(UNTIL_KEPT, "Zinnia")
    page.reload(wait_until="networkidle")
    expect(answers(page)).to_contain_text("Zinnia")
    expect(answers(page)).to_contain_text("Stopped.")


def test_what_a_model_writes_does_nothing(ada: Person, page: Page):
    say(page, f'/simulate say="{HOSTILE}"\nhi')
    answer = finished(page)
    expect(answer.locator("strong")).to_have_text("loud")
    expect(answer).to_contain_text("<script>window.hurt=1</script>")
    assert answer.locator("script, img, iframe").count() == 0
    links = answer.locator(".play-text a").evaluate_all(
        "all => all.map((a) => [a.getAttribute('href'), a.rel])"
    )
    assert links == [["https://hackclub.com", "noopener noreferrer nofollow"]]
    answer.get_by_text("click", exact=True).click()
    assert page.evaluate("window.hurt") is None
    assert ada.problems == []


def test_enter_sends_and_shift_enter_breaks(page: Page):
    field(page).fill("one")
    field(page).press("Shift+Enter")
    page.keyboard.type("two")
    expect(field(page)).to_have_value("one\ntwo")
    field(page).press("Enter")
    finished(page)
    expect(page.locator(".play-question .play-said")).to_have_text("one\ntwo")


def test_a_message_is_edited_and_an_answer_asked_again(page: Page):
    say(page, "first words")
    finished(page)
    page.get_by_role("button", name="Edit and send again").click()
    page.get_by_label("Change your message").fill("better words")
    page.get_by_role("button", name="Send again").click()
    finished(page)
    expect(page.locator(".play-said")).to_have_text(["better words"])
    page.get_by_role("button", name="Ask again for another answer").click()
    expect(page.locator(".play-answer[aria-busy=true]")).to_have_count(1)
    finished(page)


def right_edge(of: Locator) -> float:
    return of.evaluate("it => it.getBoundingClientRect().right")


def test_settings_are_only_those_of_the_model_and_reach_it(page: Page):
    settings = page.get_by_role("complementary", name="Settings")
    settings.get_by_label("System prompt").fill("Be brief.")
    settings.get_by_label("Reasoning").select_option("low")
    say(page, "think")
    answer = finished(page)
    expect(answer.locator("details")).to_contain_text("What it thought")
    answer.locator("summary").click()
    expect(answer).to_contain_text("simulated reasoning")
    choose_model(page, "moonshotai/kimi-k2-0905")
    expect(settings.get_by_label("Reasoning")).to_have_count(0)
    slider = settings.get_by_role("slider", name="Temperature")
    expect(slider).to_be_visible()
    above = right_edge(settings.get_by_label("System prompt"))
    assert right_edge(slider) == pytest.approx(above, abs=1)


def test_a_pdf_of_ten_megabytes_goes_and_one_of_65_is_refused(page: Page, tmp_path: Path):
    choose_model(page, "openai/gpt-5-mini")
    for name, size in (("ten.pdf", 10 * MB), ("huge.pdf", 65 * MB)):
        with (tmp_path / name).open("wb") as file:
            file.write(b"%PDF-1.4\n")
            file.truncate(size)
    files = page.get_by_test_id("files")
    files.set_input_files(tmp_path / "huge.pdf")
    expect(page.locator(".play-trouble")).to_contain_text("huge.pdf is 65 MB. The most that fits")
    expect(page.locator(".play-attached")).to_have_count(0)
    files.set_input_files(tmp_path / "ten.pdf")
    expect(page.locator(".play-attached")).to_contain_text("ten.pdf")
    expect(page.locator(".play-trouble")).to_be_empty()
    with page.expect_request("**/playground/v1/conversation") as asked:
        say(page, "What is in it?")
    told = asked.value.post_data_json
    (file,) = told["messages"][-1]["files"]
    kind, data = told["urls"][file["id"]].split(",")
    assert (file["name"], kind) == ("ten.pdf", "data:application/pdf;base64")
    assert base64.b64decode(data) == (tmp_path / "ten.pdf").read_bytes()
    expect(finished(page)).to_contain_text("simulated answer")
    expect(page.locator(".play-question .play-file")).to_contain_text("10 MB")


def test_a_picture_is_drawn_and_saved(ada: Person, tmp_path: Path):
    page = ada.open(f"/playground?model={DRAWS}")
    expect(model(page)).to_have_attribute("value", DRAWS)
    say(page, "A raccoon")
    picture = finished(page).locator(".play-picture img")
    expect(picture).to_be_visible()
    is_drawn = "document.querySelector('.play-picture img')?.naturalWidth > 0"
    page.wait_for_function(is_drawn)
    with page.expect_download() as download:
        page.get_by_role("link", name="Save the picture").click()
    download.value.save_as(tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")
    page.reload(wait_until="networkidle")
    page.wait_for_function(is_drawn)


def test_texts_are_compared(page: Page):
    page.get_by_role("button", name="Embeddings", exact=True).click()
    page.get_by_role("button", name="Compare").click()
    table = page.get_by_role("table")
    expect(table.get_by_role("row")).to_have_count(4)
    expect(table.get_by_role("cell", name="1.00")).to_have_count(3)
    nearest = "Nearest: A raccoon steals pizza and Trash pandas love leftover pizza, at 0."
    expect(page.get_by_text("Nearest:")).to_contain_text(nearest)


def test_a_text_is_moderated(page: Page):
    page.get_by_role("button", name="Moderation", exact=True).click()
    page.get_by_label("Text to check").fill("I will kill the lights")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_text("Flagged in 2 categories.")).to_be_visible()
    expect(page.locator(".play-verdict .is-flagged")).to_have_count(2)


def test_the_code_is_the_request_that_is_being_written(page: Page, site: Site):
    field(page).fill("it's a marker")
    page.get_by_role("button", name="Code").click()
    shown = page.locator("#play-program")
    expect(shown).to_contain_text(f"curl -N {site.base_url}/chat/completions")
    expect(shown).to_contain_text("it'\\''s a marker")
    page.get_by_role("button", name="Python", exact=True).click()
    expect(shown).to_contain_text("from openai import OpenAI")
    page.keyboard.press("Escape")
    expect(shown).to_have_count(0)
    expect(field(page)).to_have_value("it's a marker")


def test_a_program_with_a_file_says_where_it_must_lie(page: Page, tmp_path: Path):
    choose_model(page, "openai/gpt-5-mini")
    poster = tmp_path / "poster.pdf"
    poster.write_bytes(b"%PDF-1.4")
    page.get_by_test_id("files").set_input_files(poster)
    page.get_by_role("button", name="Code").click()
    page.get_by_role("button", name="curl", exact=True).click()
    expect(page.locator("#play-program")).to_contain_text("base64 < 'poster.pdf'")
    expect(page.get_by_text("Your files must lie beside the program.")).to_be_visible()


def test_conversations_are_renamed_taken_along_and_forgotten(page: Page):
    say(page, "A talk to keep")
    finished(page)
    listed = page.get_by_role("list", name="Conversations")
    listed.get_by_role("button", name="A talk to keep", exact=True).hover()
    page.get_by_role("button", name="Rename A talk to keep").click()
    page.locator(":popover-open").get_by_label("Name of the conversation").fill("Kept")
    page.keyboard.press("Enter")
    expect(listed.get_by_role("button", name="Kept", exact=True)).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as Markdown").click()
    assert "# Kept" in Path(download.value.path()).read_text()
    page.get_by_role("button", name="Forget all").click()
    page.get_by_role("group", name="Forget all").get_by_role("button", name="Forget all").click()
    expect(listed.get_by_role("listitem")).to_have_count(0)
    page.reload(wait_until="networkidle")
    expect(page.get_by_text("Your conversations will be listed here.")).to_be_visible()


def test_the_next_one_in_this_browser_does_not_find_them(arrive: Arrive):
    ada = arrive(reduced_motion="reduce").sign_in("Ada", slack_id="UFIRST")
    page = ada.open("/playground")
    say(page, "My secret raccoon")
    finished(page)
    ada.context.clear_cookies()
    ada.sign_in("Bea", slack_id="USECOND")
    page = ada.open("/playground")
    expect(page.get_by_text("Your conversations will be listed here.")).to_be_visible()
    expect(page.get_by_text("secret raccoon")).to_have_count(0)


def test_without_budget_it_says_so_and_when_it_is_back(arrive: Arrive, site: Site):
    bea = arrive(reduced_motion="reduce").sign_in("Bea", slack_id="UBROKE")
    site.cli("users", "budget", "UBROKE", "0")
    time.sleep(CHANGED_S)
    page = bea.open("/playground")
    notice = page.locator(".play-obstacle").first
    expect(notice).to_contain_text("Today's budget of $0 is spent; it resets at 00:00 UTC.")
    expect(notice.get_by_role("timer")).to_be_visible()
    say(page, "hi")
    refused = finished(page)
    expect(refused).to_contain_text("Today's budget of $0 is spent")
    expect(refused.locator(".play-receipt")).to_have_text(re.compile(r"^\S+ m?s in all$"))
