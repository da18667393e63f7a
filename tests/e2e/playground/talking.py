"""What a reader does in the playground, and where they find it."""

from playwright.sync_api import Locator, Page, expect

DRAWS = "google/gemini-2.5-flash-image"


def field(page: Page) -> Locator:
    return page.get_by_label("Your message")


def model(page: Page) -> Locator:
    return page.get_by_label("Model", exact=True)


def say(page: Page, text: str) -> None:
    field(page).fill(text)
    field(page).press("Enter")


def answers(page: Page) -> Locator:
    return page.locator(".play-answer")


def finished(page: Page, count: int = 1) -> Locator:
    """Wait for an answer's end."""
    expect(page.locator(".play-answer[aria-busy=false]")).to_have_count(count, timeout=20_000)
    return answers(page).last
