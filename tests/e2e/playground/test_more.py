"""The playground beyond one answer: versions, side by side, sharing, drops, undo, the palette."""

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Arrive
from tests.e2e.playground.conftest import PLAYER
from tests.e2e.playground.talking import DRAWS, answers, field, finished, model, say
from tests.e2e.site import Person, Site

RICH = r"""/simulate say="\n\n```python\nprint('x')\n```\n\nAnd $$x^2$$ it is.\n\n"
hi"""
# Drops a file on an element, as a hand would.
DROP = """(element, kind) => {
  const data = new DataTransfer();
  data.items.add(new File(["abc"], "photo.png", { type: "image/png" }));
  const told = { dataTransfer: data, bubbles: true, cancelable: true };
  element.dispatchEvent(new DragEvent(kind, told));
}"""

# Whether this browser's own database holds so many conversations.
KEPT = """count => new Promise((resolve) => {
  indexedDB.open("hcai-playground").onsuccess = ({ target: { result: database } }) => {
    database.transaction("talks").objectStore("talks").getAll().onsuccess = ({ target }) => {
      database.close();
      resolve(target.result.length === count);
    };
  };
})"""


def versions(page: Page) -> Locator:
    return page.get_by_role("group", name="Versions")


def test_asking_again_and_editing_lose_nothing(page: Page):
    say(page, "first words")
    finished(page)
    page.get_by_role("button", name="Ask again for another answer").click()
    finished(page)
    expect(versions(page)).to_contain_text("2/2")
    page.get_by_role("button", name="Edit and send again").click()
    page.get_by_label("Change your message").fill("better words")
    page.get_by_role("button", name="Send again").click()
    finished(page)
    expect(page.locator(".play-said")).to_have_text(["better words"])
    page.get_by_role("button", name="Earlier version").click()
    expect(page.locator(".play-said")).to_have_text(["first words"])
    expect(versions(page).last).to_contain_text("2/2")
    page.reload(wait_until="networkidle")
    expect(page.locator(".play-said")).to_have_text(["first words"])


def test_three_models_answer_side_by_side_and_the_winner_goes_on(page: Page, site: Site):
    before = len(site.rows(PLAYER))
    page.get_by_role("button", name="Compare").click()
    for rival in ("moonshotai/kimi-k2-0905", "openai/gpt-oss-120b"):
        page.locator(f"#play-models button[value='{rival}']").click()
    page.keyboard.press("Escape")
    expect(page.get_by_label("Your message")).to_have_attribute("placeholder", "Ask 3 models")
    say(page, "Who are you?")
    finished(page, 3)
    race = page.get_by_label("Answers side by side")
    expect(race.locator(".play-receipt").nth(1)).to_contain_text("first word after")
    for column in race.locator(".play-receipt").all():
        expect(column).to_contain_text("$0.0")
    race.get_by_role("button", name="Go on with this one").nth(1).click()
    expect(answers(page)).to_have_count(1)
    expect(answers(page)).to_contain_text("moonshotai/kimi-k2-0905")
    expect(model(page)).to_have_attribute("value", "moonshotai/kimi-k2-0905")
    expect(versions(page)).to_contain_text("2/3")
    assert len(site.settled_rows(PLAYER, before + 3)) == before + 3


def test_a_link_shows_a_paste_and_runs_nothing(page: Page, arrive: Arrive, site: Site):
    say(page, "Share my raccoon")
    finished(page)
    page.get_by_role("button", name="Share", exact=True).click()
    field = page.get_by_label("Link")
    expect(field).not_to_have_value("")
    without = field.input_value()
    page.get_by_label("With the answers").check()
    expect(field).not_to_have_value(without)
    link = field.input_value()
    before = len(site.rows(PLAYER))
    stranger = arrive(reduced_motion="reduce")
    asked: list[str] = []
    stranger.page.on(
        "request", lambda request: asked.append(request.url + (request.post_data or ""))
    )
    shown = stranger.open(link.removeprefix(site.origin))
    expect(shown.get_by_role("note")).to_contain_text("Somebody’s paste, not ours.")
    expect(shown.locator(".play-said")).to_have_text("Share my raccoon")
    expect(shown.locator(".play-answer")).to_contain_text("simulated answer")
    assert not [text for text in asked if "raccoon" in text or link.partition("#")[2] in text]
    assert "raccoon" not in "".join(stranger.frames)
    page.goto(link, wait_until="networkidle")
    page.get_by_role("button", name="Go on in the playground").click()
    page.wait_for_url("**/playground")
    expect(page.locator(".play-said")).to_have_text("Share my raccoon")
    assert len(site.rows(PLAYER)) == before
    assert stranger.problems == []


def test_a_file_is_dropped_anywhere_and_a_model_that_fits_is_offered(page: Page):
    messages = page.get_by_role("log", name="Conversation")
    messages.evaluate(DROP, "dragover")
    expect(page.get_by_text("Drop it anywhere")).to_be_visible()
    messages.evaluate(DROP, "drop")
    expect(page.get_by_text("Drop it anywhere")).to_have_count(0)
    expect(page.locator(".play-trouble")).to_contain_text("cannot see pictures")
    page.get_by_role("button", name="Switch to").click()
    expect(page.locator(".play-attached")).to_contain_text("photo.png")
    expect(page.locator(".play-trouble")).to_be_empty()


def test_what_is_deleted_comes_back(page: Page):
    say(page, "Keep my zebra")
    finished(page)
    listed = page.get_by_role("list", name="Conversations")
    entry = listed.get_by_role("button", name="Keep my zebra", exact=True)
    entry.hover()
    page.get_by_role("button", name="Delete Keep my zebra").click()
    page.get_by_role("button", name="Delete it").click()
    expect(entry).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".play-said")).to_have_text("Keep my zebra")
    page.reload(wait_until="networkidle")
    expect(page.locator(".play-said")).to_have_text("Keep my zebra")


def test_a_draft_survives_a_reload_and_a_new_conversation_keeps_the_system_prompt(page: Page):
    page.get_by_label("System prompt").fill("Be brief.")
    page.get_by_role("button", name="Keep this prompt").click()
    say(page, "hi")
    finished(page)
    page.get_by_role("button", name="New conversation").click()
    expect(page.get_by_label("System prompt")).to_have_value("Be brief.")
    field(page).fill("half a thought")
    page.wait_for_timeout(1200)  # what is written is kept after a second
    page.reload(wait_until="networkidle")
    expect(field(page)).to_have_value("half a thought")
    page.get_by_label("System prompt").fill("")
    page.get_by_text("Kept prompts").click()
    page.get_by_role("button", name="Be brief.", exact=True).click()
    expect(page.get_by_label("System prompt")).to_have_value("Be brief.")
    field(page).fill("")


def test_code_and_formulas_are_drawn(page: Page):
    say(page, RICH)
    answer = finished(page)
    expect(answer.locator(".hljs-string")).to_have_text("'x'")
    expect(answer.locator("math")).to_be_attached()


def test_a_picture_is_enlarged_and_edited(ada: Person):
    page = ada.open(f"/playground?model={DRAWS}")
    say(page, "A raccoon")
    finished(page)
    page.locator(".play-enlarge").click()
    expect(page.get_by_role("dialog", name="Picture").get_by_role("img")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Edit this picture").click()
    expect(page.locator(".play-attached")).to_contain_text(".png")
    with page.expect_request("**/playground/v1/conversation") as sent:
        field(page).press("Enter")
    told = sent.value.post_data_json
    assert [file["id"] for file in told["messages"][-1]["files"]] == list(told["urls"])
    finished(page, 2)


def test_the_palette_leads_anywhere(page: Page):
    say(page, "Find my walrus")
    finished(page)
    page.get_by_role("button", name="New conversation").click()
    page.keyboard.press("Control+k")
    page.get_by_label("Where to").fill("walrus")
    page.keyboard.press("Enter")
    expect(page.locator(".play-said")).to_have_text("Find my walrus")
    page.keyboard.press("Control+k")
    page.get_by_label("Where to").fill("kimi")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(model(page)).to_have_attribute("value", "moonshotai/kimi-k2-0905")
    page.keyboard.press("Control+k")
    page.get_by_label("Where to").fill("keys")
    page.keyboard.press("Enter")
    page.wait_for_url("**/keys")


AGAIN_AT_ONCE = """async field => {
  const press = (at, key, more) =>
    at.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, ...more }));
  press(field, "Enter");
  press(document.body, "k", { ctrlKey: true });
  for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
  return document.activeElement === field;
}"""


def test_who_opens_the_palette_again_at_once_types_there(page: Page):
    page.keyboard.press("Control+k")
    field = page.get_by_label("Where to")
    field.fill("kimi")
    expect(page.locator("#play-palette li").first).not_to_contain_text("Page")
    assert field.evaluate(AGAIN_AT_ONCE)


def test_an_answer_that_brings_help_says_so(page: Page):
    say(page, "I want to hurt myself")
    link = finished(page).get_by_role("link", name="Who to call or write to")
    expect(link).to_have_attribute("href", "/help/now")


def test_an_answer_is_reported_from_here(page: Page):
    say(page, "hi")
    finished(page).get_by_role("link", name="Report this answer").click()
    page.wait_for_url("**/activity?report=*")
    expect(page.get_by_role("button", name="It is hateful, or bullies somebody")).to_be_visible()


def test_a_phone_held_sideways_has_room_for_the_conversation(arrive: Arrive):
    phone = arrive(width=844, height=390, reduced_motion="reduce", has_touch=True)
    page = phone.sign_in("Ada", slack_id="USIDEWAYS").open("/playground")
    say(page, "hi")
    finished(page)
    expect(page.locator(".play-receipt")).to_be_in_viewport()
    box = page.locator(".play-talk").bounding_box()
    assert box is not None
    assert box["height"] >= 150
    assert phone.overflow() <= 0
    assert phone.problems == []


def test_a_deleted_account_leaves_no_conversation_here(arrive: Arrive):
    ada = arrive(reduced_motion="reduce").sign_in("Ada", slack_id="ULEAVING")
    page = ada.open("/playground")
    say(page, "Forget my otter")
    finished(page)
    page.wait_for_function(KEPT, arg=1)
    page = ada.open("/account")
    page.get_by_role("button", name="Delete my account").click()
    page.keyboard.type("delete my account")
    page.get_by_role("button", name="Delete it for good").click()
    page.wait_for_url("**/sign-in/deleted")
    page.wait_for_function(KEPT, arg=0)
