"""From page to page within the app, for whoever does not see it happen."""

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Arrive
from tests.e2e.site import Person

FOCUSED = "document.activeElement.id"
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
