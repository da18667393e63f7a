"""The list of models and the page of one, in a browser."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from hcai_app.services.usage import speeds
from tests.e2e.conftest import Arrive
from tests.e2e.site import Person, Site
from tests.harness.catalog import Catalogue
from tests.harness.history import write_history
from tests.harness.identity import Identity
from tests.harness.processes import ROOT
from tests.harness.room import within

STAMP = ROOT / ".web" / "build" / "hcai-sources"
# Says of the pages that are there that they were built with the settings that it is run with.
BORROW = "from hcai_app.frontend import build; build.STAMP.write_text(build._fingerprint())"
HOSTILE = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>'
MANY = 450
MAX_KEYSTROKE_MS = within(100)


@pytest.fixture
def models(arrive: Arrive) -> Page:
    page = arrive(reduced_motion="reduce").open("/models")
    expect(page.get_by_role("status").filter(has_text="models")).to_have_text("9 models")
    return page


def rows(page: Page) -> list[str]:
    return page.locator(".model-table tbody .model-id code").all_inner_texts()


def test_search_narrows_the_list_and_stays_in_the_address(models: Page):
    models.keyboard.press("/")
    models.keyboard.type("qwen embed")
    expect(models.get_by_role("status").filter(has_text="of 9")).to_have_text("1 of 9 models")
    assert rows(models) == ["qwen/qwen3-embedding-8b"]
    models.reload(wait_until="networkidle")
    assert rows(models) == ["qwen/qwen3-embedding-8b"]
    models.get_by_role("button", name="Clear").click()
    expect(models.get_by_role("status").filter(has_text="models")).to_have_text("9 models")


def test_a_models_figures_stand_beside_its_name_where_a_table_does_not_fit(arrive: Arrive) -> None:
    page = arrive(width=768, reduced_motion="reduce").open("/models")
    priced = page.locator(".of-out", has_text="$")  # some have their price by the picture
    row = page.locator(".model-table tbody tr").filter(has=priced).first
    name, price = row.get_by_role("rowheader"), row.locator(".of-out")
    expect(price).to_contain_text("$")
    is_beside = "([name, price]) => price.left >= name.right && price.top < name.bottom"
    boxes = [it.evaluate("it => it.getBoundingClientRect().toJSON()") for it in (name, price)]
    assert page.evaluate(is_beside, boxes)


def test_filters_and_order(models: Page):
    models.get_by_role("button", name="Images").click()
    expect(models.get_by_role("status").filter(has_text="of 9")).to_have_text("1 of 9 models")
    models.get_by_role("button", name="Text").click()
    models.get_by_label("What goes in").select_option("image")
    models.get_by_label("Context").select_option("128000")
    models.get_by_label("Order").select_option("context")
    expect(models.get_by_role("status").filter(has_text="of 9")).to_have_text("2 of 9 models")
    assert rows(models) == ["google/gemini-2.5-flash", "openai/gpt-5-mini"]
    models.get_by_label("Price").select_option("free")
    expect(models.get_by_role("heading", name="No model fits")).to_be_visible()
    models.get_by_role("button", name="Show all models").click()
    expect(models.get_by_role("status").filter(has_text="models")).to_have_text("9 models")


def test_going_to_a_model_and_back_keeps_the_search(models: Page):
    models.get_by_label("Search models").fill("kimi")
    models.get_by_role("link", name="Kimi K2").click()
    expect(models.get_by_role("heading", level=1)).to_contain_text("Kimi K2")
    expect(models).to_have_title("Kimi K2 · HCAI")
    models.go_back()
    expect(models.get_by_label("Search models")).to_have_value("kimi")
    expect(models.get_by_role("status").filter(has_text="of 9")).to_have_text("1 of 9 models")
    assert rows(models) == ["moonshotai/kimi-k2-0905"]


def test_a_search_that_is_answered_late_leaves_the_next_pages_address_alone(
    arrive: Arrive, site: Site
):
    page = arrive(reduced_motion="reduce").page
    held: list[Callable[[], None]] | None = None

    def relay(socket: WebSocketRoute) -> None:
        def pass_on(message: str | bytes) -> None:
            if held is None:
                socket.send(message)
            else:
                held.append(lambda: socket.send(message))

        socket.connect_to_server().on_message(pass_on)

    page.route_web_socket(re.compile("/_event"), relay)
    page.goto(f"{site.origin}/models", wait_until="networkidle")
    expect(page.get_by_role("status").filter(has_text="models")).to_have_text("9 models")
    held = []
    page.get_by_label("Search models").fill("kimi")
    page.get_by_role("link", name="Kimi K2").click()
    page.wait_for_url("**/models/moonshotai/kimi-k2-0905")
    while not held:
        page.wait_for_timeout(10)
    late, held = held, None
    for send in late:
        send()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Kimi K2")
    expect(page).to_have_title("Kimi K2 · HCAI")
    assert page.url == f"{site.origin}/models/moonshotai/kimi-k2-0905"


def test_the_chosen_language_stays_chosen(models: Page, site: Site):
    models.goto(f"{site.origin}/models/qwen/qwen3-32b", wait_until="networkidle")
    code = models.locator(".examples-panel:visible code").first
    expect(code).to_contain_text(f"curl {site.base_url}/chat/completions")
    models.get_by_role("radio", name="curl").press("ArrowRight")
    expect(code).to_contain_text("Invoke-RestMethod")
    models.get_by_role("radio", name="PowerShell").press("ArrowRight")
    expect(models.get_by_role("radio", name="Python")).to_be_focused()
    expect(code).to_contain_text("from openai import OpenAI")
    models.goto(f"{site.origin}/models/qwen/qwen3-embedding-8b", wait_until="networkidle")
    expect(code).to_contain_text("client.embeddings.create(")


def test_the_copied_example_is_what_is_shown(models: Page, site: Site):
    models.context.grant_permissions(["clipboard-read", "clipboard-write"])
    models.goto(f"{site.origin}/models/openai/gpt-5-mini", wait_until="networkidle")
    models.get_by_role("button", name="Copy the curl example").click()
    expect(models.get_by_text("Copied").first).to_be_visible()
    copied = models.evaluate("navigator.clipboard.readText()")
    assert copied == models.locator(".examples-panel:visible code").first.inner_text()
    assert '"model": "openai/gpt-5-mini"' in copied


def test_a_model_that_is_not_offered_names_the_nearest(models: Page, site: Site):
    models.goto(f"{site.origin}/models/qwen/qwen3-33b", wait_until="networkidle")
    expect(models.get_by_role("heading", level=1)).to_have_text("That model is not offered here")
    models.get_by_role("link", name="qwen/qwen3-32b").click()
    expect(models.get_by_role("heading", level=1)).to_contain_text("Qwen3 32B")


def test_how_fast_a_model_answers_here_is_told_once_enough_was_asked(arrive: Arrive, site: Site):
    person = arrive(reduced_motion="reduce")
    user = site.cli("users", "create", "--slack-id", "USPEED", "--name", "Sonic", "--verified")
    write_history(site.database_url, user, [None], calls_a_day=40)
    shown = person.page.locator(".measured dt", has_text="First token")
    deadline = time.monotonic() + 2 * speeds.FRESH_S  # what was measured may be some seconds old
    while not shown.is_visible() and time.monotonic() < deadline:
        person.open("/models/qwen/qwen3-32b")
    expect(person.page.locator(".measured")).to_contain_text("Worked, 7 days")
    person.open("/models?sort=speed")
    expect(person.page.locator(".of-speed").first).to_contain_text("after")
    person.sign_in("Sonic", slack_id="USPEED").open("/playground")
    person.page.get_by_label("Model", exact=True).click()
    offered = person.page.locator("#play-models button[value='qwen/qwen3-32b']")
    expect(offered).to_contain_text(re.compile(r"first word .+ · \d+ tok/s"))
    assert person.problems == []


@pytest.fixture(scope="module")
def big_site(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that allows every model of a large catalogue with one that means harm.

    It borrows the pages of the tests' site: what is looked at here is not built into them.
    """
    built = STAMP.read_text()
    catalogue = Catalogue(
        *({"id": f"acme/model-{number}", "name": f"Acme: {number}"} for number in range(MANY)),
        {"id": "acme/evil", "name": f"Evil: {HOSTILE}", "description": HOSTILE},
    )
    folder = tmp_path_factory.mktemp("big")
    identity = Identity(folder)
    settings = {"OPENROUTER_API_KEY": "sk-or-v1-x", "OPENROUTER_BASE_URL": catalogue.base_url}
    big = Site(folder, identity, **settings, HCAI_LANGUAGE_MODELS="*", HCAI_EMBEDDING_MODELS=",")
    subprocess.run([sys.executable, "-c", BORROW], cwd=ROOT, env=big.env, check=True)
    try:
        yield big.start()
    finally:
        big.stop()
        STAMP.write_text(built)
        identity.stop()
        catalogue.stop()


@pytest.fixture
def visitor(browser: Browser, big_site: Site) -> Iterator[Person]:
    person = Person(browser, big_site, reduced_motion="reduce")
    yield person
    person.close()


def test_what_a_provider_writes_stays_text(visitor: Person):
    page = visitor.open("/models?q=evil")
    expect(page.locator(".model-name")).to_have_text(HOSTILE)
    visitor.open("/models/acme/evil")
    expect(page.get_by_role("heading", level=1)).to_contain_text(HOSTILE)
    expect(page.locator(".model-description")).to_have_text(HOSTILE)
    assert page.evaluate("window.hurt") is None
    assert visitor.problems == []


def test_of_a_model_that_nobody_calls_no_speed_is_told(visitor: Person):
    quiet = visitor.open("/models/acme/model-7").locator(".measured")
    expect(quiet).to_contain_text("Too few calls in the last 7 days")


def test_hundreds_of_models_are_searched_at_once(visitor: Person):
    page = visitor.open("/models")
    expect(page.get_by_role("status").filter(has_text="models")).to_have_text(f"{MANY + 1} models")
    took = page.evaluate(
        """async () => {
          const field = document.getElementById("model-search");
          const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
          const began = performance.now();
          for (const text of ["m", "mo", "model-4", "model-44"]) {
            set.call(field, text);
            field.dispatchEvent(new Event("input", { bubbles: true }));
            await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
          }
          return (performance.now() - began) / 4;
        }"""
    )
    expect(page.get_by_role("status").filter(has_text=" of ")).to_have_text(
        f"11 of {MANY + 1} models"
    )
    assert took < MAX_KEYSTROKE_MS
