from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Arrive
from tests.e2e.site import Site

NARROWEST = 360
MODES = ("light", "dark")


class Visit:
    """The landing page in a fresh browser, and everything that went wrong on it."""

    def __init__(self, browser: Browser, address: str, width: int = 1280, **options: str) -> None:
        self.address = address
        self.context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        self.page: Page = self.context.new_page()
        self.problems: list[str] = []
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("request", lambda request: self._note_address(request.url))
        self.page.on("websocket", lambda socket: self._note_address(socket.url))
        self.page.goto(address, wait_until="networkidle")

    def _note_console(self, message) -> None:
        if message.type in {"error", "warning"}:
            self.problems.append(message.text)

    def _note_address(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"data", "blob"} and parts.netloc != urlsplit(self.address).netloc:
            self.problems.append(f"foreign request: {url}")


@pytest.fixture
def visit(browser: Browser, server: str):
    visits: list[Visit] = []

    def open_page(width: int = 1280, host: str = "localhost", **options: str) -> Visit:
        visits.append(Visit(browser, server.replace("localhost", host), width, **options))
        return visits[-1]

    yield open_page
    for one in visits:
        one.context.close()


@pytest.mark.parametrize("mode", MODES)
def test_page_loads_cleanly_and_fits(visit, mode: str):
    opened = visit(NARROWEST, color_scheme=mode, reduced_motion="reduce")
    expect(opened.page.get_by_role("heading", level=1)).to_be_visible()
    assert opened.problems == []
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= NARROWEST
    assert mode in opened.page.locator("html").get_attribute("class")


def test_page_works_by_number_too(visit):
    opened = visit(host="127.0.0.1")
    opened.page.wait_for_timeout(500)
    assert opened.problems == []


def test_copy_button_copies_the_request_to_this_address(visit, server: str):
    opened = visit()
    opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened.page.get_by_role("button", name="Copy the curl example").click()
    expect(opened.page.get_by_text("Copied").first).to_be_visible()
    copied = opened.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"curl {server}/proxy/v1/chat/completions \\\n")
    assert '"model": "qwen/qwen3-32b"' in copied


SHOWN_WORDS = """document.querySelectorAll(".race-answer > span").length && [
  ...document.querySelectorAll(".race-answer > span")
].filter((word) => getComputedStyle(word).opacity === "1").length"""


def test_three_answers_arrive_word_by_word_and_can_be_played_again(visit):
    opened = visit()
    all_words = opened.page.locator(".race-answer > span").count()
    opened.page.wait_for_function(f"{SHOWN_WORDS} === {all_words}", timeout=15_000)
    opened.page.get_by_text("Play again").click()
    assert opened.page.evaluate(SHOWN_WORDS) < all_words
    expect(opened.page.get_by_text("staged: your race is live")).to_be_visible()


def test_answers_are_whole_at_once_for_readers_who_want_no_motion(visit):
    opened = visit(reduced_motion="reduce")
    assert opened.page.evaluate(SHOWN_WORDS) == opened.page.locator(".race-answer > span").count()


def test_colour_mode_can_be_switched_and_stays(visit):
    opened = visit(color_scheme="dark")
    opened.page.get_by_role("button", name="Light colours").click()
    expect(opened.page.locator("html")).to_have_class("light")
    opened.page.reload(wait_until="networkidle")
    expect(opened.page.locator("html")).to_have_class("light")


def test_keyboard_reaches_the_content_first(visit):
    opened = visit()
    opened.page.keyboard.press("Tab")
    expect(opened.page.get_by_role("link", name="Skip to the content")).to_be_focused()


def test_main_action_signs_in_and_then_leads_to_the_dashboard(arrive: Arrive, site: Site):
    ada = arrive(reduced_motion="reduce")
    site.identity.person("Ada", slack_id="ULANDING")
    page = ada.open("/")
    page.get_by_role("link", name="Sign in with Hack Club").first.click()
    page.wait_for_url(f"{site.origin}/dashboard")
    ada.open("/").get_by_role("link", name="Open your dashboard").first.click()
    page.wait_for_url(f"{site.origin}/dashboard")
    assert ada.problems == []


def test_main_action_works_before_any_script_runs(server: str):
    page = httpx.get(server).text
    assert 'href="/auth/login"' in page
    assert "Sign in with Hack Club" in page


def test_a_featured_model_leads_to_its_page(visit, server: str):
    opened = visit(reduced_motion="reduce")
    opened.page.get_by_role("link", name="Qwen3 32B").click()
    opened.page.wait_for_url(f"{server}/models/qwen/qwen3-32b")
    expect(opened.page.get_by_role("heading", level=1)).to_contain_text("Qwen3 32B")
    assert opened.problems == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
@pytest.mark.parametrize("path", ["/proxy/v1/x", "/proxy/", "/healthz", "/readyz"])
def test_server_paths_are_never_answered_with_a_page(server: str, host: str, path: str):
    answer = httpx.get(server.replace("localhost", host) + path)
    assert "html" not in answer.headers.get("content-type", "")


def test_an_unknown_page_is_a_404(server: str):
    answer = httpx.get(f"{server}/no-such-page")
    assert answer.status_code == 404
    assert "html" in answer.headers["content-type"]


def test_pages_are_strict_and_compressed(server: str):
    answer = httpx.get(server)
    assert answer.headers["content-encoding"] == "gzip"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "Free AI" in answer.text


def test_a_phone_goes_on_from_the_lower_edge(visit):
    page = visit(390).page
    sections = page.get_by_role("navigation", name="Sections, at the lower edge")
    sections.get_by_role("link", name="Models").click()
    expect(page.get_by_role("heading", level=1, name="Models")).to_be_visible()
