"""`python -m tests.benchmarks.first_load`: what a first visit weighs and how long it takes.

A fresh browser, nothing cached, this machine. Interactive: the event socket has answered and the
skeletons are gone.
"""

import shutil
import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, sync_playwright

from tests.e2e.conftest import CHROMIUM_ARGS
from tests.e2e.site import Person, Site
from tests.harness.identity import Identity

PAGES = ("/", "/docs", "/dashboard", "/playground")
VISITS = 5
PAINTED = """performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0"""


def main() -> None:
    """Print a line for each page."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        identity = Identity(Path(folder))
        site = Site(Path(folder), identity).start()
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=CHROMIUM_ARGS
        )
        try:
            for path in PAGES:
                visits = [_visit(chromium, site, path) for _ in range(VISITS)]
                size, painted, ready = (median(column) for column in zip(*visits, strict=True))
                print(
                    f"{path}: {size / 1024:.0f} KB, first paint after {painted:.0f} ms, "
                    f"interactive after {ready:.0f} ms"
                )
        finally:
            site.stop()
            identity.stop()


def _visit(browser: Browser, site: Site, path: str) -> tuple[float, float, float]:
    person = Person(browser, site)
    person.sign_in("Ada", slack_id="UFIRST")
    cookies = person.context.cookies()
    person.close()
    visitor = Person(browser, site)
    visitor.context.add_cookies(cookies)
    sizes: list[float] = []
    wire = visitor.context.new_cdp_session(visitor.page)
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda done: sizes.append(done["encodedDataLength"]))
    visitor.page.goto(site.origin + path, wait_until="load")
    visitor.page.wait_for_function(
        "() => !document.querySelector('.skeleton') && document.querySelector('h1')"
    )
    ready = visitor.page.evaluate("performance.now()")
    painted = visitor.page.evaluate(PAINTED)
    visitor.page.wait_for_load_state("networkidle")
    visitor.close()
    return sum(sizes), painted, ready


if __name__ == "__main__":
    main()
