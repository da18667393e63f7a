"""Signing in, being somebody, signing out."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.api.auth.browsing import SESSION, UNDER_WAY, Browser, cookie_in, page_of
from tests.api.auth.conftest import browser_of
from tests.conftest import Install
from tests.harness.identity import Identity
from tests.harness.processes import TLS
from tests.harness.product import Product

THIRTY_DAYS = str(30 * 24 * 3600)


def test_a_student_signs_in_and_out(browser: Browser, site: Product) -> None:
    assert not browser.is_signed_in()
    done = browser.sign_in("/keys?new=1")
    assert page_of(done) == "/keys?new=1"
    assert browser.is_signed_in()
    old = browser.session
    left = browser.post("/auth/logout", headers={"Origin": site.origin})
    assert page_of(left) == "/"
    assert browser.session is None
    with httpx.Client(base_url=site.origin, cookies={SESSION: old or ""}) as thief:
        assert thief.get("/api/account.json").status_code == 401


def test_what_the_provider_is_asked(browser: Browser, site: Product) -> None:
    sent = browser.get("/auth/login")
    asked = {name: value for name, (value,) in parse_qs(urlsplit(location(sent)).query).items()}
    assert asked["redirect_uri"] == f"{site.origin}/auth/callback"
    assert asked["scope"] == "openid profile email slack_id verification_status"
    assert asked["code_challenge_method"] == "S256"
    assert min(len(asked["state"]), len(asked["nonce"])) >= 40


def test_a_host_header_changes_nothing_about_the_way_back(browser: Browser, site: Product) -> None:
    forged = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    sent = browser.get("/auth/login", headers=forged)
    assert "evil" not in location(sent)
    (back,) = parse_qs(urlsplit(location(sent)).query)["redirect_uri"]
    assert back.startswith(site.origin)


def test_signing_in_again_changes_the_session_and_ends_the_old(browser: Browser) -> None:
    browser.sign_in()
    first = browser.session or ""
    browser.sign_in()
    assert browser.session != first
    assert browser.is_signed_in()
    browser.cookies.clear()
    browser.cookies.set(SESSION, first)
    assert not browser.is_signed_in()


def test_a_session_that_somebody_planted_is_not_taken_over(browser: Browser) -> None:
    browser.cookies.set(SESSION, "planted")
    done = browser.sign_in()
    cookie = cookie_in(done, SESSION)
    assert cookie
    assert cookie["value"] != "planted"


def test_a_user_of_the_command_line_becomes_who_signs_in(
    browser: Browser, site: Product, identity: Identity
) -> None:
    user_id = site.cli("users", "create", "--slack-id", "U0CLARA", "--name", "clara (manual)")
    identity.person("Clara Bow")
    assert page_of(browser.sign_in()) == "/dashboard"
    shown = site.cli("users", "show", "U0CLARA")
    assert user_id in shown
    assert '"name": "Clara Bow"' in shown
    assert '"subject": "ident!Clara"' in shown


@pytest.mark.parametrize("origin", [None, "https://evil.example", "null", "http://127.0.0.1:1"])
def test_only_our_own_pages_sign_somebody_out(browser: Browser, origin: str | None) -> None:
    browser.sign_in()
    headers = {"Origin": origin} if origin else {}
    assert browser.post("/auth/logout", headers=headers).status_code == 403
    assert browser.get("/auth/logout").status_code == 405
    assert browser.is_signed_in()


@pytest.mark.parametrize("path", ["/auth/login", "/auth/callback"])
@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE"])
def test_only_get_begins_or_ends_a_sign_in(browser: Browser, path: str, method: str) -> None:
    answer = browser.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"
    assert "set-cookie" not in answer.headers


def test_nothing_of_it_is_cached_or_told_to_the_next_page(browser: Browser) -> None:
    for answer in (browser.get("/auth/login"), browser.sign_in(), browser.get("/auth/callback")):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"


def test_the_cookies_of_development(browser: Browser) -> None:
    under_way = cookie_in(browser.get("/auth/login"), UNDER_WAY) or {}
    assert (under_way["path"], under_way["max-age"]) == ("/", "600")
    done = browser.sign_in()
    session = cookie_in(done, SESSION) or {}
    assert (session["path"], session["max-age"]) == ("/", THIRTY_DAYS)
    for cookie in (under_way, session):
        assert (cookie["httponly"], cookie["samesite"]) == ("True", "Lax")
        assert "domain" not in cookie
        assert "secure" not in cookie
    spent = cookie_in(done, UNDER_WAY) or {}
    assert (spent["value"], spent["max-age"], spent["path"]) == ("", "0", "/")


@pytest.fixture
def production(install: Install, identity: Identity, database_url: str) -> Iterator[Product]:
    product = install(HCAI_ENV="production", DATABASE_URL=database_url, **identity.settings())
    product.cli("migrate")
    yield product.start()


def test_in_production_the_cookies_need_https(production: Product) -> None:
    with browser_of(production) as browser:
        sent = browser.get("/auth/login")
        under_way = cookie_in(sent, f"__Host-{UNDER_WAY}") or {}
        back = browser.get(location(sent)).headers["location"]
        held = {"Cookie": f"__Host-{UNDER_WAY}={under_way['value']}"}
        done = browser.get(back, headers=held)
        session = cookie_in(done, f"__Host-{SESSION}") or {}
    assert page_of(done) == "/dashboard"
    for cookie in (under_way, session):
        assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == ("True", "True", "Lax")
        assert cookie["path"] == "/"
        assert "domain" not in cookie
    asked = f"{production.origin}/api/account.json"
    for name, status in ((f"__Host-{SESSION}", 200), (SESSION, 401)):
        held = {"Cookie": f"{name}={session['value']}"}
        assert httpx.get(asked, headers=held, verify=TLS).status_code == status


def test_no_secret_rests_anywhere(install: Install, identity: Identity) -> None:
    product = install(**identity.settings()).start()
    with browser_of(product) as browser:
        back = browser.leave()
        under_way = browser.cookies.get(UNDER_WAY) or ""
        browser.get(back)
        query = parse_qs(urlsplit(back).query)
        secrets = [under_way, browser.session or "", query["code"][0], query["state"][0]]
    assert product.process
    log = product.process.log
    product.stop()
    stored = b"".join(path.read_bytes() for path in product.folder.glob("hcai.db*"))
    assert all(secret and secret not in log for secret in [*secrets, "idntk.", "idnrf."])
    assert all(s.encode() not in stored for s in [*secrets, "idntk.", "idnrf.", "198.51."])
    assert stored


def test_the_expiry_of_a_session_is_the_servers(browser: Browser, site: Product) -> None:
    browser.sign_in()
    with sqlite3.connect(Path(site.folder) / "hcai.db") as database:
        database.execute("UPDATE sessions SET expires_at = '2020-01-01 00:00:00.000000'")
    database.close()
    assert not browser.is_signed_in()


def location(answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]
