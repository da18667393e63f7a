"""The provider or the database is away, slow or talks nonsense: a page that says so, no session."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from tests.api.auth.browsing import SESSION, Browser, cookie_in, page_of
from tests.api.auth.conftest import PROXIED, browser_of
from tests.conftest import Install
from tests.harness.cluster import Cluster
from tests.harness.identity import Identity
from tests.harness.processes import free_port
from tests.harness.product import Product

# Every endpoint by the last word of its path.
DISCOVERY, KEYS, TOKEN, USERINFO = "openid-configuration", "keys", "token", "userinfo"
PATIENCE_S = 9.0
RACERS = 6
NAMELESS = {"claims": {"name": None}}  # so that userinfo is asked


@pytest.fixture
def fresh(install: Install, identity: Identity) -> Iterator[Product]:
    """A site that has asked the provider nothing yet."""
    yield install(**identity.settings(), **PROXIED).start()


@pytest.mark.parametrize("how", ["down", "broken"])
def test_an_endpoint_that_is_away_has_a_page(fresh: Product, identity: Identity, how: str) -> None:
    with browser_of(fresh) as browser:
        identity.set(**{how: [DISCOVERY]})
        assert page_of(browser.get("/auth/login")) == "/sign-in/unavailable"
        for endpoint in (TOKEN, KEYS, USERINFO):
            identity.set(**{how: [endpoint], **NAMELESS})
            done = browser.sign_in()
            assert page_of(done) == "/sign-in/unavailable"
            assert cookie_in(done, SESSION) is None
        identity.set(**{how: []})
        assert page_of(browser.sign_in()) == "/dashboard"
        identity.set(**{how: [DISCOVERY, KEYS]})  # what was learnt serves on
        assert page_of(browser.sign_in()) == "/dashboard"


def test_keys_that_cannot_be_fetched_do_not_cost_those_that_are_known(
    fresh: Product, identity: Identity
) -> None:
    with browser_of(fresh) as browser:
        assert page_of(browser.sign_in()) == "/dashboard"
        identity.set(signing="rotated", down=[KEYS])
        assert page_of(browser.sign_in()) == "/sign-in/unavailable"
        identity.set(signing="right", down=[KEYS])
        assert page_of(browser.sign_in()) == "/dashboard"


def test_signing_out_while_the_database_is_away_has_a_page(
    install: Install, identity: Identity, cluster: Cluster
) -> None:
    product = install(DATABASE_URL=cluster.url, **identity.settings(), **PROXIED).start()
    with browser_of(product) as browser:
        assert page_of(browser.sign_in()) == "/dashboard"
        cluster.stop()
        done = browser.post("/auth/logout", headers={"Origin": product.origin})
        assert page_of(done) == "/sign-in/half-out"
        assert (cookie_in(done, SESSION) or {})["value"] == ""


def test_an_endpoint_that_is_slow_is_not_waited_for(fresh: Product, identity: Identity) -> None:
    slow_ones = ({TOKEN: 20}, {USERINFO: 20})
    for slow in slow_ones:
        identity.set(slow=slow, **NAMELESS)
        with browser_of(fresh) as browser:
            started = time.monotonic()
            assert page_of(browser.sign_in()) == "/sign-in/unavailable"
            assert time.monotonic() - started < PATIENCE_S


def test_a_provider_that_is_not_there_has_a_page(install: Install, identity: Identity) -> None:
    nowhere = {**identity.settings(), "HACKCLUB_ISSUER": f"http://127.0.0.1:{free_port()}"}
    product = install(**nowhere).start()
    with browser_of(product) as browser:
        assert page_of(browser.get("/auth/login")) == "/sign-in/unavailable"


def test_a_discovery_of_another_issuer_is_not_followed(
    install: Install, identity: Identity
) -> None:
    other_name = identity.issuer.replace("127.0.0.1", "localhost")
    product = install(**{**identity.settings(), "HACKCLUB_ISSUER": other_name}).start()
    with browser_of(product) as browser:
        assert page_of(browser.get("/auth/login")) == "/sign-in/unavailable"


def test_a_wrong_client_secret_has_a_page(install: Install, identity: Identity) -> None:
    product = install(**{**identity.settings(), "HACKCLUB_CLIENT_SECRET": "wrong"}).start()
    with browser_of(product) as browser:
        assert page_of(browser.sign_in()) == "/sign-in/failed"
    assert product.process
    assert "invalid_client" in product.process.log


def test_returns_that_race_make_one_user(
    install: Install, identity: Identity, database_url: str
) -> None:
    product = install(DATABASE_URL=database_url, **identity.settings(), **PROXIED).start()
    identity.person("Racer")
    with ExitStack() as opened, ThreadPoolExecutor(RACERS) as pool:
        browsers = [opened.enter_context(browser_of(product)) for _ in range(RACERS)]
        backs = [browser.leave() for browser in browsers]
        done = list(pool.map(Browser.get, browsers, backs))
        assert [page_of(answer) for answer in done] == ["/dashboard"] * RACERS
        told = {browser.get("/api/account.json").json()["profile"]["id"] for browser in browsers}
    assert len(told) == 1
