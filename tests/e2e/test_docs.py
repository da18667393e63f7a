"""The docs in a browser: the newcomer's path, panels that run examples, tabs, search, contents."""

import json
import re
import time
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from hcai_app.docs import EXAMPLE, chapters
from hcai_app.docs.examples.library import EXAMPLES, Example
from hcai_app.ui.components.run_panel import can_run
from tests.e2e import axe
from tests.e2e.conftest import Arrive
from tests.e2e.site import Person, Site
from tests.harness.product import CHANGED_S

FIRST = "Try it: Ask a question"
MARKER = "otter-lantern-0815"
KNOWN_S = 20
STATUS_OK = re.compile("^200$")


def panel(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name=name, exact=True).first


def figure(shown: Locator, name: str) -> Locator:
    return shown.locator(".try-figures div").filter(has=shown.page.get_by_text(name)).locator("dd")


def edited(shown: Locator, change: dict[str, Any]) -> None:
    """Change members of what is sent."""
    shown.get_by_role("button", name="Edit first").click()
    field = shown.get_by_label("What is sent")
    field.fill(json.dumps({**json.loads(field.input_value()), **change}))


def examples_that_run() -> list[Example]:
    """Those with a panel, in the order of the page."""
    names = [name for chapter in chapters() for name in EXAMPLE.findall(chapter.text)]
    return [EXAMPLES[name] for name in names if can_run(EXAMPLES[name])]


def run_until_ok(shown: Locator) -> None:
    """Run a panel; what the provider does not know yet is asked for again."""
    shown.get_by_role("button", name="Run it").click()
    expect(shown.get_by_role("button", name="Run again")).to_be_visible()
    deadline = time.monotonic() + KNOWN_S
    while figure(shown, "Status").inner_text() == "404" and time.monotonic() < deadline:
        time.sleep(0.5)
        shown.get_by_role("button", name="Run again").click()
        expect(shown.get_by_role("button", name="Run again")).to_be_visible()
    expect(figure(shown, "Status")).to_have_text(STATUS_OK)
    expect(shown.get_by_role("alert")).to_have_count(0)


# What is told of answers that are neither text nor picture.
NOTES = {
    "Turn two texts into numbers": r"^\d+ vectors of \d+ numbers\.$",
    "Is this text fine?": r"^Flagged: \w",
    "List the models": r"^\d+ models\.$",
    "See who runs a model": "^(One company runs|[0-9]+ companies run) it[.]$",
    "Count what you used": r"^\d+ calls?, [\d,]+ tokens?\.$",
    "See what is left": r"^\$\d\.\d+ of \$4\.00 are left\.$",
    "See what one call has cost": r"^This call has cost \$0\.\d+\.$",
}


@pytest.fixture
def reader(arrive: Arrive) -> Person:
    return arrive(reduced_motion="reduce").sign_in("Docs Reader", slack_id="UREADER")


def test_a_newcomer_has_an_answer_after_one_sign_in_and_one_click(arrive: Arrive, site: Site):
    newcomer = arrive(reduced_motion="reduce")
    site.identity.person("Newt", slack_id="UNEWT")
    page = newcomer.open("/docs")
    page.locator("main").get_by_role("link", name="Sign in with Hack Club").click()
    page.wait_for_url("**/docs#quick-start", wait_until="networkidle")
    shown = panel(page, FIRST)
    shown.get_by_role("button", name="Run it").click()
    expect(figure(shown, "Status")).to_have_text(STATUS_OK)
    expect(shown.locator(".try-text")).not_to_be_empty()
    [row] = site.settled_rows("UNEWT", 1)
    assert row["key_id"] is None
    assert row["outcome"] == "completed"
    expect(figure(shown, "Tokens")).to_have_text(str(row["total_tokens"]))
    assert float(figure(shown, "Cost").inner_text().strip("$")) == pytest.approx(
        float(row["cost_usd"]), rel=0.01
    )
    assert newcomer.problems == []


def test_a_key_takes_one_click_and_is_in_no_state(reader: Person, site: Site):
    page = reader.open("/docs")
    page.get_by_role("button", name="Make a key").click()
    key = page.locator("#fresh-key").inner_text()
    assert key.startswith("sk-hc-v1-")
    assert key not in "".join(reader.frames)
    assert "my first key" in site.cli("keys", "list", "--user", "UREADER")
    page.get_by_role("button", name="I have saved it").click()
    expect(page.get_by_text(key)).to_have_count(0)


def test_every_example_on_the_page_runs_on_the_page(reader: Person, site: Site):
    page = reader.open("/docs")
    before = len(site.rows("UREADER"))
    panels = page.get_by_role("group", name=re.compile("^Try it: "))
    shown = panels.evaluate_all("all => all.map((one) => one.getAttribute('aria-label'))")
    assert shown == [f"Try it: {example.title}" for example in examples_that_run()]
    for number in range(panels.count()):
        run_until_ok(panels.nth(number))
    record = panel(page, "Try it: See what one call has cost").locator(".try-raw code")
    expect(record).to_contain_text('"total_cost"')
    for title, note in NOTES.items():
        told = panel(page, f"Try it: {title}").locator(".try-note")
        expect(told).to_have_text(re.compile(note))
    drawn = panel(page, "Try it: Draw a picture into a file").locator(".try-image")
    assert drawn.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    made = site.rows("UREADER")[before:]
    assert {row["key_id"] for row in made} == {None}
    assert axe.violations(page) == []
    assert reader.overflow() <= 0
    assert reader.problems == []


def test_a_call_is_looked_up_by_its_id(reader: Person):
    page = reader.open("/docs")
    shown = panel(page, "Try it: See what one call has cost")
    shown.get_by_role("button", name="Run it").click()
    field = shown.get_by_label("What is asked for")
    expect(field).to_be_focused()
    expect(shown.get_by_role("alert")).to_contain_text("Run another example first")
    first = panel(page, FIRST)
    first.get_by_role("button", name="Run it").click()
    expect(figure(first, "Status")).to_have_text(STATUS_OK)
    expect(field).to_have_value(re.compile(r"^/generation\?id=gen-.+"))
    field.fill("/generation?id=gen-nobodys")
    field.press("Enter")
    expect(shown.get_by_role("alert")).to_contain_text("None of your generations")
    shown.get_by_role("button", name="As it was").click()
    expect(field).to_have_value(re.compile(r"^/generation\?id=gen-.+"))


def test_who_is_signed_out_may_look_at_models_but_not_at_an_account(arrive: Arrive):
    stranger = arrive(reduced_motion="reduce")
    page = stranger.open("/docs")
    for title in ("Count what you used", "See what is left"):
        link = panel(page, f"Try it: {title}").get_by_role("link", name="Sign in to run it")
        expect(link).to_have_attribute("href", re.compile("stats-and-key"))
    shown = panel(page, "Try it: See who runs a model")
    shown.get_by_role("button", name="Edit first").click()
    field = shown.get_by_label("What is asked for")
    field.fill("/models/count")
    field.press("Enter")
    expect(figure(shown, "Status")).to_have_text(STATUS_OK)
    expect(shown.locator(".try-raw code")).to_contain_text('"count"')


LONG = "data: " + '{"choices":[{"delta":{"content":"otter "}}]}' + "\n\n"
# Counts how often a panel changes what is seen, while a stream comes in many pieces.
PIECES = """
(piece) => {
  window.changes = 0;
  const own = window.fetch;
  window.fetch = (address, given) =>
    String(address).includes("/playground/") ? stream() : own(address, given);
  const stream = () => {
    const encoder = new TextEncoder();
    let left = 3000;
    const body = new ReadableStream({
      async pull(to) {
        if (left % 100 === 0) await new Promise((done) => setTimeout(done, 0));
        if (left-- > 0) to.enqueue(encoder.encode(piece));
        else to.close();
      },
    });
    const headers = { "content-type": "text/event-stream" };
    return Promise.resolve(new Response(body, { headers }));
  };
}
"""


def test_a_long_stream_is_shown_once_a_frame_and_raw_only_where_it_is_opened(reader: Person):
    page = reader.open("/docs")
    page.evaluate(PIECES, LONG)
    shown = panel(page, "Try it: Read the answer while it is written")
    shown.evaluate(
        """panel => new MutationObserver(() => (window.changes += 1))
          .observe(panel, { subtree: true, childList: true, characterData: true })"""
    )
    shown.get_by_role("button", name="Run it").click()
    expect(shown.get_by_role("button", name="Run again")).to_be_visible()
    assert shown.locator(".try-text").inner_text().count("otter") == 3000
    assert page.evaluate("window.changes") < 1000
    expect(shown.locator(".try-raw code")).to_have_count(0)
    shown.get_by_text("Raw answer").click()
    expect(shown.locator(".try-raw code")).to_contain_text("and more")


def test_a_stream_is_read_as_it_comes_and_can_be_stopped(reader: Person, site: Site):
    before = len(site.rows("UREADER"))
    page = reader.open("/docs")
    shown = panel(page, "Try it: Read the answer while it is written")
    shown.get_by_role("button", name="Run it").click()
    expect(figure(shown, "First token")).to_contain_text("ms")
    expect(figure(shown, "Whole answer")).to_contain_text("ms")
    shown.get_by_role("button", name="Close").click()

    slow = [{"role": "user", "content": f"{MARKER}\n/simulate delay=0.1 chunks=300"}]
    edited(shown, {"messages": slow})
    shown.get_by_role("button", name="Run again").click()
    expect(shown.locator(".try-text")).not_to_be_empty()
    shown.get_by_role("button", name="Stop").click()
    expect(shown.get_by_text("stopped", exact=True)).to_be_visible()
    expect(shown.get_by_role("button", name="Run again")).to_be_focused()
    made = site.settled_rows("UREADER", before + 2)[before:]
    assert [row["outcome"] for row in made] == ["completed", "client_closed"]
    assert MARKER not in "".join(reader.frames)
    assert MARKER not in site.log


def test_no_link_of_the_docs_is_too_small_for_a_finger_or_lies_over_another(arrive: Arrive):
    reader = arrive(width=412, is_mobile=True, has_touch=True, reduced_motion="reduce")
    assert axe.violations(reader.open("/docs"), only=("target-size",)) == []


def test_what_is_no_json_is_not_sent_and_says_where(reader: Person):
    page = reader.open("/docs")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    shown = panel(page, FIRST)
    shown.get_by_role("button", name="Edit first").click()
    field = shown.get_by_label("What is sent")
    expect(field).to_be_focused()
    field.fill('{"model": "x",\n}')
    field.press("Control+Enter")
    expect(shown.get_by_role("alert")).to_contain_text("line 2")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert not [url for url in sent if "/playground/" in url]
    shown.get_by_role("button", name="As it was").click()
    shown.get_by_role("button", name="Run").click()
    expect(figure(shown, "Status")).to_have_text(STATUS_OK)


def test_a_refusal_says_what_the_api_says(reader: Person):
    page = reader.open("/docs")
    shown = panel(page, FIRST)
    edited(shown, {"model": "qwen/qwen3-33b"})
    shown.get_by_role("button", name="Run").click()
    expect(shown.get_by_role("alert")).to_contain_text("qwen/qwen3-32b")
    expect(figure(shown, "Status")).to_have_text("400")


def test_an_empty_budget_says_when_it_is_full_again(arrive: Arrive, site: Site):
    poor = arrive(reduced_motion="reduce", timezone_id="Europe/Berlin").sign_in(
        "Poor Soul", slack_id="UPOOR"
    )
    site.cli("users", "budget", "UPOOR", "0")
    page = poor.open("/docs")
    time.sleep(CHANGED_S)
    shown = panel(page, FIRST)
    shown.get_by_role("button", name="Run it").click()
    expect(figure(shown, "Status")).to_have_text("402")
    expect(shown.get_by_role("alert")).to_contain_text("It works again at")
    expect(shown.get_by_role("alert")).to_contain_text(re.compile("0[12]:00"))
    assert axe.violations(page, within=".try-it") == []


def test_who_is_signed_out_is_led_in_and_back_to_the_example(reader: Person, site: Site):
    page = reader.open("/docs")
    reader.context.clear_cookies()
    shown = panel(page, "Try it: Turn two texts into numbers")
    shown.get_by_role("button", name="Run it").click()
    expect(shown.get_by_role("alert")).to_contain_text("Sign in")
    shown.get_by_role("link", name="Sign in to run it").click()
    page.wait_for_url("**/docs#embeddings*")
    expect(shown.get_by_role("button", name="Run it")).to_be_in_viewport()


def test_language_and_client_stay_chosen_and_in_their_place(reader: Person, site: Site):
    page = reader.open("/docs")
    tabs = page.get_by_role("group", name="Language")
    one, other = tabs.nth(0), tabs.nth(1)
    one.get_by_text("Python · openrouter").click()
    for shown in (one, other):
        expect(shown.get_by_role("radio", name="Python · openrouter")).to_be_checked()
    other.scroll_into_view_if_needed()
    javascript = other.get_by_text("JavaScript · openai")
    before = javascript.evaluate("tab => tab.getBoundingClientRect().top")
    javascript.click()
    assert javascript.evaluate("tab => tab.getBoundingClientRect().top") == pytest.approx(
        before, abs=2
    )
    other.get_by_text("Python · openrouter").click()
    page.reload(wait_until="networkidle")
    expect(tabs.nth(0).get_by_role("radio", name="Python · openrouter")).to_be_checked()
    page.goto(f"{site.origin}/models/qwen/qwen3-32b", wait_until="networkidle")
    expect(page.get_by_role("radio", name="Python")).to_be_checked()


@pytest.mark.parametrize("width", [1024, 1280])
def test_an_anchor_opens_where_it_points_and_the_chapters_follow(arrive: Arrive, width: int):
    page = arrive(width=width, reduced_motion="reduce").open("/docs#errors-what-each-code-means")
    expect(page.get_by_role("heading", name="What each code means")).to_be_in_viewport()
    chapters = page.get_by_role("navigation", name="Chapters")
    here = chapters.locator("[aria-current]")
    expect(here).to_have_text(["Errors", "What each code means"])
    expect(here.last).to_be_in_viewport()
    chapters.get_by_role("link", name="Embeddings").click()
    expect(page.get_by_role("heading", name="Embeddings", exact=True)).to_be_in_viewport()
    expect(here).to_have_text(["Embeddings"])
    expect(chapters.get_by_role("link", name="What each code means")).to_be_hidden()


def test_on_a_phone_the_chapters_unfold_and_every_section_is_reached(arrive: Arrive):
    phone = arrive(width=390, height=800, reduced_motion="reduce", has_touch=True)
    page = phone.sign_in("Fern", slack_id="UPHONE").open("/docs")
    page.get_by_role("button", name="Chapters, now: Quick start").click()
    page.get_by_role("link", name="Embeddings", exact=True).first.click()
    expect(page.get_by_role("button", name="Chapters, now: Embeddings")).to_be_visible()
    page.get_by_role("button", name="More").click()
    activity = page.locator("#more-sections").get_by_role("link", name="Activity")
    expect(activity).to_be_visible()
    assert axe.violations(page, within=".top") == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="More")).to_be_focused()
    expect(activity).to_be_hidden()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/models")
    expect(page.locator("#more-sections")).to_be_hidden()
    assert phone.overflow() <= 0


def test_the_sections_fit_beside_a_long_name(arrive: Arrive):
    person = arrive().sign_in("Bartholomew-Maximilian Longname", slack_id="ULONG")
    page = person.open("/docs")
    bar, links = page.locator(".top .wrap"), page.locator(".top nav a")
    for width in (861, 1024, 1180, 1280):
        person.turn_to(width, "light")
        assert person.overflow() <= 0, width
        assert bar.evaluate("bar => bar.scrollWidth - bar.clientWidth") <= 0, width
        heights = links.evaluate_all("all => all.map((one) => one.offsetHeight)")
        assert len(set(heights)) == 1, width


def test_a_chapter_is_copied_as_markdown(arrive: Arrive):
    page = arrive().open("/docs")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    expect(page.locator(".corner").get_by_role("link", name="Sign in")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Copy as Markdown.*“Recipes”$")).click()
    expect(page.get_by_text("Copied", exact=True)).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("# Recipes\n")
    assert "Grumbles" in copied
    assert "{{" not in copied.replace("${", "")


def test_code_stands_beside_its_words_where_there_is_room(arrive: Arrive):
    person = arrive(width=1280)
    page = person.open("/docs#recipes")
    pair = page.locator(".docs-pair", has_text="A character for your game")
    words, code = (
        pair.locator(f"> {part}").bounding_box() for part in (".docs-words", ".docs-beside")
    )
    assert words is not None
    assert code is not None
    assert code["x"] >= words["x"] + words["width"]
    assert person.overflow() <= 0
    person.turn_to(1024, "light")
    words, code = (
        pair.locator(f"> {part}").bounding_box() for part in (".docs-words", ".docs-beside")
    )
    assert words is not None
    assert code is not None
    assert code["y"] >= words["y"] + words["height"]


def test_no_tab_of_an_example_is_cut(arrive: Arrive):
    person = arrive()
    tabs = person.open("/docs").locator(".examples > .tabs")
    cut = "tabs => tabs.filter(it => it.scrollWidth > it.clientWidth).map(it => it.textContent)"
    for width in (768, 1280, 1920):
        person.turn_to(width, "light")
        assert tabs.evaluate_all(cut) == [], width


def test_on_paper_the_header_is_gone_and_all_code_is_there(arrive: Arrive):
    page = arrive().open("/docs")
    page.emulate_media(media="print")
    for gone in (".top", ".docs-side", ".try-it", ".foot"):
        expect(page.locator(gone).first).to_be_hidden()
    code = page.locator(".example-card .code:visible").first
    assert code.evaluate("it => it.scrollHeight - it.clientHeight") <= 1
