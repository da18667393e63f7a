"""What a page weighs on a first visit, and how much of it moves while it loads."""

from typing import Any

from playwright.sync_api import Browser

from tests.e2e.site import Person, Site

# KB over the wire, packed; the playground's before its first question.
MAX_KB = {"/": 330, "/dashboard": 420, "/docs": 420, "/playground": 600}
# Half of what counts as good; of these pages, in these widths (px).
MAX_SHIFT = 0.05
SHIFTING = (*MAX_KB, "/models", "/models/qwen/qwen3-32b", "/activity", "/global", "/keys")
WIDTHS = (390, 1280)
# Every move of what is seen, but those that the reader caused. Their sum is at least what browsers
# report as cumulative layout shift, which is the worst five seconds.
WATCH = """
window.moved = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.moved += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


def session_of(browser: Browser, site: Site, slack_id: str) -> list[Any]:
    """Sign somebody in; return the cookies of it, for windows that have nothing else."""
    person = Person(browser, site).sign_in("Grace", slack_id=slack_id)
    cookies: list[Any] = person.context.cookies()
    person.close()
    return cookies


def cold(browser: Browser, site: Site, cookies: list[Any], *, width: int = 1280) -> Person:
    """Return somebody who has signed in, with a browser that has nothing else of the site."""
    visitor = Person(browser, site, width=width)
    visitor.context.add_cookies(cookies)
    return visitor


def weigh(person: Person) -> list[float]:
    """Return a list to which each answer adds its bytes over the wire, headers included."""
    sizes: list[float] = []
    wire = person.context.new_cdp_session(person.page)
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda done: sizes.append(done["encodedDataLength"]))
    return sizes


def shift_of(person: Person, path: str) -> float:
    """Open a page and return its layout shift, once what it asked for has come."""
    person.context.add_init_script(WATCH)
    page = person.open(path)
    page.wait_for_function("!document.querySelector('.skeleton')")
    page.evaluate("document.fonts.ready.then(() => null)")
    # The observer hears of a frame after it was drawn.
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return page.evaluate("window.moved")
