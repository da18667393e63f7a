import shutil
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.e2e.site import Person, Site
from tests.harness.databases import missing
from tests.harness.identity import Identity
from tests.harness.room import within

# Chromium takes the last list alone: here are Playwright's names, and two panels of an address bar
# that nobody sees; each would be a process for every window, which takes half a second to start.
DISABLED_FEATURES = (
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *("HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding"),
    *("ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints"),
    *("NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch"),
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup"),
)
CHROMIUM_ARGS = [
    f"--disable-features={','.join(DISABLED_FEATURES)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

Arrive = Callable[..., Person]
Launch = Callable[..., Browser]
# The Slack id of a volunteer, who has the desk.
ADMIN = "UVOLUNTEER"
# How long a page may take until it shows what is expected; tests of speed have bounds of their own.
expect.set_options(timeout=within(5_000))


@pytest.fixture(scope="session")
def site(identity_process: Identity, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The product with pages, sign-in provider and simulated provider, for all tests here."""
    running = Site(tmp_path_factory.mktemp("site"), identity_process, HCAI_ADMINS=ADMIN)
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture(scope="session")
def server(site: Site) -> str:
    """The site's address without a path."""
    return site.origin


@pytest.fixture(scope="package")
def launch() -> Iterator[Launch]:
    """Start a browser, with arguments beside those of all."""
    chromium = shutil.which("chromium")
    if chromium is None:
        missing("chromium")
    # Per package: Playwright keeps an event loop running, which asynchronous tests cannot have.
    with sync_playwright() as playwright:
        start = partial(playwright.chromium.launch, executable_path=chromium)
        yield lambda *more: start(args=[*CHROMIUM_ARGS, *more])


@pytest.fixture(scope="package")
def browser(launch: Launch) -> Iterator[Browser]:
    """One process for all tests here; who arrives has a fresh profile in it."""
    with launch() as opened:
        yield opened


@pytest.fixture
def arrive(browser: Browser, site: Site) -> Iterator[Arrive]:
    """Let somebody with a fresh browser arrive."""
    people: list[Person] = []

    def come(**options: Any) -> Person:
        people.append(Person(browser, site, **options))
        return people[-1]

    yield come
    for one in people:
        one.close()
