"""`python -m tests.e2e.screens`: the pictures under docs/screens, of every page and state.

Both widths, both colour modes; a stranger, a newcomer and somebody with a month of calls.
"""

import argparse
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from hcai_app.services.people.identity import Reason
from tests.e2e import states
from tests.e2e.conftest import CHROMIUM_ARGS
from tests.e2e.site import Person, Site
from tests.e2e.test_pages import MODES, WIDTHS, write_regular
from tests.harness.identity import Identity
from tests.harness.processes import ROOT

SCREENS = ROOT / "docs/screens"
TALLEST = 3000  # px; the docs are much longer
PUBLIC = {
    "landing": "/",
    "docs": "/docs",
    "models": "/models",
    "model": "/models/qwen/qwen3-32b",
    "model-pictures": "/models/google/gemini-2.5-flash-image",
    "model-unknown": "/models/nobody/knows-it",
    "global": "/global",
    "playground-signed-out": "/playground",
    "not-found": "/no-such-page",
    "signed-out": "/keys",
}
PRIVATE = {
    "dashboard": "/dashboard",
    "keys": "/keys",
    "activity": "/activity",
    "account": "/account",
    "playground": "/playground",
    "docs-signed-in": "/docs",
}


def main(out: Path) -> None:
    """Take them all."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        identity = Identity(Path(folder))
        site = Site(Path(folder), identity).start()
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=CHROMIUM_ARGS
        )
        try:
            write_regular(site)
            for width in WIDTHS:
                for mode in MODES:
                    for name, page in _views(chromium, site, width, mode):
                        page.wait_for_timeout(600)
                        _stretch(page, width)
                        path = out / f"{name}-{width}-{mode}.png"
                        page.screenshot(path=path)
                        page.set_viewport_size({"width": width, "height": 900})
        finally:
            site.stop()
            identity.stop()
    _shrink(out)


def _shrink(out: Path) -> None:
    """Write them with 256 colours each, in a third of the bytes, where pngquant is installed."""
    if pngquant := shutil.which("pngquant"):
        options = ["--force", "--ext", ".png", "--skip-if-larger"]
        # Its exit code 98 says that a picture would not have become smaller.
        subprocess.run([pngquant, *options, *out.glob("*.png")], check=False)


def _stretch(page: Page, width: int) -> None:
    """Make the window as tall as its page, so that what is fixed to its edge stays there."""
    tall = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": min(TALLEST, max(900, tall))})
    page.wait_for_timeout(200)


def _views(browser: Browser, site: Site, width: int, mode: str) -> Iterator[tuple[str, Page]]:
    options: dict[str, Any] = {"color_scheme": mode, "reduced_motion": "reduce"}
    stranger = Person(browser, site, width=width, **options)
    for name, path in PUBLIC.items():
        yield name, stranger.open(path)
    for reason in Reason:
        yield f"sign-in-{reason.value}", stranger.open(f"/sign-in/{reason.value}")
    newcomer = Person(browser, site, width=width, **options).sign_in("Linus", slack_id="UNEW")
    for name, path in PRIVATE.items():
        yield f"{name}-empty", newcomer.open(path)
    regular = Person(browser, site, width=width, **options).sign_in("Grace", slack_id="UREGULAR")
    for name, path in PRIVATE.items():
        yield name, regular.open(path)
    yield from _states(regular)
    for person in (stranger, newcomer, regular):
        person.close()


def _states(person: Person) -> Iterator[tuple[str, Page]]:
    """What pages look like in the middle of something."""
    for name, arrive in {**states.SITE, **states.PLAYGROUND}.items():
        yield name, arrive(person)
    states.revoking(person, "raccoon bot")  # the next round makes another
    person.page.get_by_role("button", name="Revoke", exact=True).click()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.screens", description=__doc__)
    parser.add_argument("out", nargs="?", type=Path, default=SCREENS, help="a folder")
    main(parser.parse_args().out)
