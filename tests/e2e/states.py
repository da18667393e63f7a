"""What pages look like in the middle of something: how to get there, for checks and pictures."""

import json

from playwright.sync_api import Page, Route, expect

from tests.e2e.site import Person

RICH = (
    "\n\n**Trash Beats**! Three more:\n\n1. Bin Bop\n2. *Paws & Pause*\n\n"
    "| name | mood |\n| --- | --- |\n| Bin Bop | loud |\n\n"
    "```python\nprint('Trash Beats')\n```\n\n"
)


def talked(person: Person) -> Page:
    """A conversation with an answer that has everything in it."""
    page = person.open("/playground?model=qwen/qwen3-32b")
    _direct(page, f'/simulate say="{RICH}"'.replace("\n", "\\n"))
    page.get_by_label("Your message").fill("Name my raccoon rhythm game.")
    page.keyboard.press("Enter")
    page.locator(".play-answer[aria-busy=false]").wait_for()
    expect(page.locator(".play-answer table")).to_be_visible()
    page.unroute_all()
    return page


def instruct(page: Page, text: str) -> None:
    """Write the system prompt, wherever its field is."""
    settings = page.get_by_role("button", name="Settings")
    if settings.is_visible():
        settings.click()
    page.get_by_label("System prompt").fill(text)
    page.keyboard.press("Escape")


def choose_model(page: Page, model: str) -> None:
    """Choose a model in the playground's picker."""
    page.get_by_label("Model", exact=True).click()
    page.locator(f"#play-models button[value='{model}']").click()
    expect(page.get_by_label("Model", exact=True)).to_have_attribute("value", model)


def _direct(page: Page, words: str) -> None:
    """Have what is asked reach the server with these words, which the page does not show."""

    def add(route: Route) -> None:
        body = route.request.post_data_json
        body["messages"][-1]["text"] += f"\n{words}"
        route.continue_(post_data=json.dumps(body))

    page.route("**/playground/v1/conversation", add)


def coded(person: Person) -> Page:
    """The request that is being written, as a program."""
    page = person.open("/playground")
    page.get_by_label("Your message").fill("Name my raccoon rhythm game.")
    page.get_by_role("button", name="Code", exact=True).click()
    page.locator("#play-program").wait_for()
    return page


def compared(person: Person) -> Page:
    """Three texts and how near they are to each other."""
    page = person.open("/playground")
    page.get_by_role("button", name="Embeddings", exact=True).click()
    page.get_by_role("button", name="Compare").click()
    page.locator(".play-heat").wait_for()
    return page


def moderated(person: Person) -> Page:
    """A text with flags."""
    page = person.open("/playground")
    page.get_by_role("button", name="Moderation", exact=True).click()
    page.get_by_label("Text to check").fill("I will kill the lights")
    page.get_by_role("button", name="Check", exact=True).click()
    page.locator(".play-verdict").wait_for()
    return page


def drawn(person: Person) -> Page:
    """A picture that a model has drawn."""
    page = person.open("/playground?model=google/gemini-2.5-flash-image")
    page.get_by_label("Your message").fill("A raccoon with headphones")
    page.keyboard.press("Enter")
    page.locator(".play-picture img").wait_for()
    page.locator(".play-answer[aria-busy=false]").wait_for()
    return page


def picking(person: Person) -> Page:
    """The choice of a model."""
    page = person.open("/playground")
    page.get_by_label("Model", exact=True).click()
    expect(page.locator("#play-models")).to_be_visible()
    return page


def finding(person: Person) -> Page:
    """The palette, which leads anywhere by name."""
    page = person.open("/playground")
    page.get_by_label("Your message").press("Control+k")
    expect(page.locator("#play-palette")).to_be_visible()
    return page


def sharing(person: Person) -> Page:
    """A conversation that is about to be shared."""
    page = talked(person)
    conversations = page.get_by_role("button", name="Conversations")
    if conversations.is_visible():
        conversations.click()
    page.get_by_role("button", name="Share", exact=True).click()
    expect(page.locator("#play-share")).to_be_visible()
    return page


def tried(person: Person) -> Page:
    """An example of the docs that was run."""
    page = person.open("/docs#quick-start-2-ask-something")
    shown = page.get_by_role("group", name="Try it: Ask a question").first
    shown.get_by_role("button", name="Run it").click()
    shown.get_by_role("button", name="Run again").wait_for()
    shown.scroll_into_view_if_needed()
    return page


def charted(person: Person) -> Page:
    """The dashboard's chart of a month, in dollars and by key."""
    page = person.open("/dashboard")
    for choice in ("30d", "Keys", "Cost"):
        page.get_by_role("button", name=choice, exact=True).click()
        expect(page.get_by_role("button", name=choice, exact=True)).to_have_attribute(
            "aria-pressed", "true"
        )
    return page


def opened(person: Person) -> Page:
    """A call of the activity page, unfolded."""
    page = person.open("/activity")
    page.locator("button.call").first.click()
    return page


def made(person: Person, name: str) -> Page:
    """A key that was just made."""
    page = person.open("/keys")
    page.get_by_role("textbox", name="Name").first.fill(name)
    page.get_by_role("button", name="Make a key").click()
    page.locator(".fresh-key").wait_for()
    return page


def revoking(person: Person, name: str) -> Page:
    """A key that is about to be revoked."""
    page = person.open("/keys")
    page.get_by_role("button", name=f"Revoke {name}").click()
    return page


def leaving(person: Person) -> Page:
    """An account that is about to be deleted."""
    page = person.open("/account")
    page.get_by_role("button", name="Delete my account").click()
    return page


def menu(person: Person) -> Page:
    """What stands behind the visitor's name."""
    page = person.open("/dashboard")
    page.get_by_role("button", name="your account").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    return page


def ruled(person: Person) -> Page:
    """The rules of a key."""
    page = person.open("/keys")
    page.locator(".key-settings summary").first.click()
    return page


def unmet(person: Person) -> Page:
    """A filter that no call fits."""
    return person.open("/activity?outcome=interrupted&from=2020-01-01&to=2020-01-02")


def odd(person: Person) -> Page:
    """A filter that cannot be."""
    return person.open("/activity?from=yesterday")


SITE = {
    "dashboard-month": charted,
    "activity-opened": opened,
    "activity-nothing": unmet,
    "activity-odd": odd,
    "keys-made": lambda person: made(person, "raccoon bot"),
    "keys-revoke": lambda person: revoking(person, "laptop"),
    "keys-rules": ruled,
    "account-delete": leaving,
    "account-menu": menu,
    "docs-tried": tried,
}
PLAYGROUND = {
    "playground-talk": talked,
    "playground-code": coded,
    "playground-embeddings": compared,
    "playground-moderation": moderated,
    "playground-picture": drawn,
    "playground-models": picking,
    "playground-palette": finding,
    "playground-share": sharing,
}
