"""From page to page within the app, for whoever does not see it happen."""

from playwright.sync_api import Locator, Page, expect

from tests.e2e import axe
from tests.e2e.conftest import Arrive
from tests.e2e.site import Person, Site

FOCUSED = "document.activeElement.id"
BACK_MS = 40_000
OUTLINE = "getComputedStyle(document.activeElement).outlineStyle"


def sections(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Sections", exact=True)


def follow(person: Person, name: str, heading: str) -> None:
    sections(person.page).get_by_role("link", name=name).press("Enter")
    main = person.page.get_by_role("main", name=heading)
    expect(main).to_be_focused()


def test_the_focus_goes_to_the_new_page(arrive: Arrive) -> None:
    person = arrive(reduced_motion="reduce")
    page = person.open("/docs")
    assert page.evaluate(FOCUSED) == ""  # the first page is the browser's matter
    follow(person, "Models", "Models")
    assert page.evaluate(OUTLINE) == "none"
    expect(page).to_have_title("Models · HCAI")
    page.keyboard.press("Tab")
    expect(page.get_by_role("searchbox", name="Search models")).to_be_focused()

    page.go_back()
    expect(page.get_by_role("main", name="Docs")).to_be_focused()
    assert person.problems == []


def test_a_step_back_leads_to_where_the_reader_was(arrive: Arrive) -> None:
    page = arrive(reduced_motion="reduce").open("/docs")
    page.evaluate("window.scrollTo(0, 3000)")
    # No click of a mouse's: the link is out of sight, and it would be scrolled to.
    sections(page).get_by_role("link", name="Models").dispatch_event("click")
    expect(page.get_by_role("main", name="Models")).to_be_focused()
    assert page.evaluate("window.scrollY") == 0
    page.go_back()
    expect(page.get_by_role("main", name="Docs")).to_be_focused()
    page.wait_for_function("window.scrollY === 3000")


def test_a_model_names_its_page_as_soon_as_it_is_known(arrive: Arrive) -> None:
    page = arrive(reduced_motion="reduce").open("/models")
    page.get_by_role("link", name="Qwen3 32B").first.click()
    main = page.get_by_role("main", name="Qwen3 32B")
    expect(main).to_be_focused()


def test_a_click_shows_no_outline(arrive: Arrive) -> None:
    page = arrive(reduced_motion="reduce").open("/")
    sections(page).get_by_role("link", name="Docs").click()
    expect(page.get_by_role("main", name="Docs")).to_be_focused()
    assert page.evaluate(OUTLINE) == "none"


def test_the_link_past_the_sections_leads_into_the_page(arrive: Arrive) -> None:
    page = arrive().open("/models")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main", name="Models")).to_be_focused()


def test_a_page_that_is_chosen_while_the_server_is_away_opens_when_it_is_back(
    arrive: Arrive, site: Site
) -> None:
    page = arrive(reduced_motion="reduce").open("/models")
    expect(page.locator(".model-table tbody tr").first).to_be_visible()
    site.stop()
    expect(page.get_by_text("No connection.")).to_be_visible(timeout=BACK_MS)
    sections(page).get_by_role("link", name="Docs").click()
    notice = page.get_by_text("The page you chose opens as soon as the server answers.")
    expect(notice).to_be_visible()
    expect(page.get_by_role("main", name="Models")).to_be_visible()
    assert axe.violations(page) == []
    page.get_by_role("button", name="Stay here").click()
    expect(page.get_by_text("What you see may be old.")).to_be_visible()

    sections(page).get_by_role("link", name="Docs").click()
    expect(notice).to_be_visible()
    site.start()
    expect(page.get_by_role("main", name="Docs")).to_be_focused(timeout=BACK_MS)
    expect(notice).to_be_hidden()
