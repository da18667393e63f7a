"""What must open no session: forged returns, tokens that cannot be trusted, targets elsewhere."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.api.auth.browsing import SESSION, UNDER_WAY, Browser, cookie_in, page_of
from tests.api.auth.conftest import browser_of
from tests.harness.identity import Identity
from tests.harness.product import Product

# What is wrong with the provider's answer, by name.
UNTRUSTED: dict[str, dict[str, Any]] = {
    "another issuer": {"claims": {"iss": "https://evil.example"}},
    "no issuer": {"claims": {"iss": None}},
    "issuer with a slash": {"claims": {"iss": "http://127.0.0.1:1/"}},
    "another audience": {"claims": {"aud": "somebody-else"}},
    "no audience": {"claims": {"aud": None}},
    "an audience too many": {"claims": {"aud": ["CLIENT", "somebody-else"]}},
    "issued to another": {"claims": {"aud": ["CLIENT", "other"], "azp": "other"}},
    "another nonce": {"claims": {"nonce": "another"}},
    "no nonce": {"claims": {"nonce": None}},
    "long expired": {"claims": {"exp": 1_700_000_000}},
    "no expiry": {"claims": {"exp": None}},
    "expiry in words": {"claims": {"exp": "tomorrow"}},
    "issued tomorrow": {"claims": {"iat": 4_000_000_000}},
    "no subject": {"claims": {"sub": None}},
    "a number as subject": {"claims": {"sub": 7}},
    "an empty subject": {"claims": {"sub": ""}},
    "a subject with a newline": {"claims": {"sub": "ident!Orpheus\n"}},
    "another key": {"signing": "wrong_key"},
    "an unknown key": {"signing": "unknown_kid"},
    "no signature": {"signing": "none"},
    "the public key as a secret": {"signing": "hs256"},
    "no id token": {"leaves_out_id_token": True},
    "userinfo of another": {"claims": {"name": None}, "userinfo": {"sub": "ident!Other"}},
    "userinfo of nobody": {"claims": {"email": None}, "userinfo": {"sub": None}},
}


@pytest.mark.parametrize("name", UNTRUSTED)
def test_what_cannot_be_trusted_signs_nobody_in(
    browser: Browser, identity: Identity, name: str
) -> None:
    wrong = UNTRUSTED[name]
    aud = wrong.get("claims", {}).get("aud")
    if isinstance(aud, list):
        client_id = identity.settings()["HACKCLUB_CLIENT_ID"]
        own = [client_id if one == "CLIENT" else one for one in aud]
        wrong = {"claims": {**wrong["claims"], "aud": own}}
    identity.set(**wrong)
    refused(browser, browser.sign_in(), "failed")


def test_a_new_signing_key_is_fetched_once_it_is_used(browser: Browser, identity: Identity) -> None:
    assert page_of(browser.sign_in()) == "/dashboard"
    identity.set(signing="rotated")
    assert page_of(browser.sign_in()) == "/dashboard"
    asked = identity.seen().count("GET /oauth/discovery/keys")
    assert page_of(browser.sign_in()) == "/dashboard"
    assert identity.seen().count("GET /oauth/discovery/keys") == asked


@pytest.mark.parametrize(
    ("claim", "seconds", "is_believed"),
    [
        ("exp", -10, True),
        ("exp", -60, False),
        ("iat", 10, True),
        ("iat", 60, False),
        ("nbf", 60, False),
    ],
)
def test_only_a_small_difference_of_clocks_is_nothing(
    browser: Browser, identity: Identity, claim: str, seconds: int, is_believed: bool
) -> None:
    identity.set(claims={claim: int(time.time()) + seconds})
    done = browser.sign_in()
    if is_believed:
        assert page_of(done) == "/dashboard"
    else:
        refused(browser, done, "failed")


Forge = Callable[[dict[str, str]], dict[str, str | None]]
FORGED: dict[str, Forge] = {
    "a state of its own": lambda back: {**back, "state": "A" * 43},
    "a state one letter longer": lambda back: {**back, "state": back["state"] + "A"},
    "a state one letter shorter": lambda back: {**back, "state": back["state"][:-1]},
    "an empty state": lambda back: {**back, "state": ""},
    "no state": lambda back: {"code": back["code"]},
    "a state that is no text": lambda back: {**back, "state": "\udcff\0☃"[1:]},
}


@pytest.mark.parametrize("name", FORGED)
def test_a_return_with_another_state_is_refused(browser: Browser, name: str) -> None:
    back = urlsplit(browser.leave())
    query = {key: values[0] for key, values in parse_qs(back.query).items()}
    forged = urlencode(FORGED[name](query))
    refused(browser, browser.get(f"{back.path}?{forged}"), "expired")


def test_a_return_to_another_browser_is_refused(browser: Browser, site: Product) -> None:
    back = browser.leave()
    with browser_of(site) as victim:
        refused(victim, victim.get(back), "expired")
        victim.leave()  # is signing in too: the state is another
        refused(victim, victim.get(back), "expired")


def test_a_return_is_good_once_with_the_same_cookie_too(
    browser: Browser, identity: Identity
) -> None:
    back = browser.leave()
    held = {"Cookie": f"{UNDER_WAY}={browser.cookies.get(UNDER_WAY)}"}
    assert page_of(browser.get(back)) == "/dashboard"
    codes = identity.seen().count("POST /oauth/token")
    browser.cookies.clear()
    refused(browser, browser.get(back, headers=held), "expired")
    assert identity.seen().count("POST /oauth/token") == codes  # not even asked


def test_a_code_of_another_sign_in_is_refused(browser: Browser) -> None:
    stolen = parse_qs(urlsplit(browser.leave()).query)["code"][0]
    back = urlsplit(browser.leave())
    own = {key: values[0] for key, values in parse_qs(back.query).items()}
    forged = urlencode({**own, "code": stolen})
    refused(browser, browser.get(f"{back.path}?{forged}"), "expired")  # PKCE, or the nonce


@pytest.mark.parametrize("change", ["cut", "turned", "other", "empty", "odd"])
def test_a_cookie_that_was_tampered_with_is_refused(browser: Browser, change: str) -> None:
    back = browser.leave()
    good = browser.cookies.get(UNDER_WAY) or ""
    browser.cookies.clear()
    turned = good[:40] + ("A" if good[40] != "A" else "B") + good[41:]
    bad = {"cut": good[:-8], "turned": turned, "other": "gAAAAA==", "empty": "", "odd": "\\x00é"}
    header = f"{UNDER_WAY}={bad[change]}".encode()
    refused(browser, browser.get(back, headers={b"Cookie": header}), "expired")


@pytest.mark.parametrize("query", ["", "?code=x", "?error=access_denied", "?state=x&code=%00%ff"])
def test_a_return_out_of_nowhere_is_refused(browser: Browser, query: str) -> None:
    refused(browser, browser.get(f"/auth/callback{query}"), "expired")


@pytest.mark.parametrize(
    ("error", "page"),
    [
        ("access_denied", "cancelled"),
        ("server_error", "unavailable"),
        ("temporarily_unavailable", "unavailable"),
        ("invalid_scope", "failed"),
        ("unsupported_response_type", "failed"),
        ("<script>alert(1)</script>", "failed"),
    ],
)
def test_what_the_provider_refuses_has_a_page(
    browser: Browser, identity: Identity, error: str, page: str
) -> None:
    identity.set(error=error)
    refused(browser, browser.sign_in(), page)


def test_a_missing_code_is_a_sign_in_that_was_cancelled(
    browser: Browser, identity: Identity
) -> None:
    identity.set(leaves_out_code=True)
    refused(browser, browser.sign_in(), "cancelled")


@pytest.mark.parametrize(
    "target",
    [
        *("https://evil.example", "//evil.example", "///evil.example", "/\\evil.example"),
        *("\\\\evil.example", "/\t/evil.example", "/\n/evil.example", "\t//evil.example"),
        *(" //evil.example", "javascript:alert(1)", "data:text/html,x", "evil.example"),
        *("/%2fevil.example", "/%2f%2fevil.example", "/%5cevil.example", "/%09/evil.example"),
        *("/%252fevil.example", "/%25252fevil.example", "/.//evil.example", "/x/..//evil.example"),
        *("/keys\r\nSet-Cookie: a=b", "/keys\x00", "/kéys", "/keys\u2028", "", "@evil.example"),
        *("http:/evil.example", "/auth/logout", "/auth/login?to=/x", "/keys" + "x" * 2000),
    ],
)
def test_nobody_is_sent_elsewhere_after_signing_in(browser: Browser, target: str) -> None:
    done = browser.sign_in(target)
    assert page_of(done) == "/dashboard"
    assert cookie_in(done, "a") is None


@pytest.mark.parametrize(
    "target", ["/", "/keys", "/models/qwen/qwen3-32b:free", "/activity?model=a%2Fb&key=k#row"]
)
def test_a_page_of_ours_is_where_they_wanted_to_go(browser: Browser, target: str) -> None:
    assert page_of(browser.sign_in(target)) == target


@pytest.mark.attack
def test_a_cookie_beside_ones_own_signs_nobody_in_as_somebody_else(
    browser: Browser, site: Product
) -> None:
    with browser_of(site) as eve:
        eve.sign_in()
        planted = f"{SESSION}={eve.session}"
    browser.sign_in()
    own = f"{SESSION}={browser.session}"
    for cookies in ([own], [f"theme=dark; {own}"], ["theme=dark", own]):
        assert browser.get("/api/account.json", headers=sent(cookies)).status_code == 200
    for cookies in ([f"{planted}; {own}"], [f"{own}; {planted}"], [planted, own]):
        assert browser.get("/api/account.json", headers=sent(cookies)).status_code == 401


@pytest.mark.attack
def test_a_return_with_another_browsers_cookie_beside_ones_own_is_refused(
    browser: Browser, site: Product
) -> None:
    with browser_of(site) as eve:
        back = eve.leave()
        planted = f"{UNDER_WAY}={eve.cookies.get(UNDER_WAY)}"
    browser.leave()
    own = f"{UNDER_WAY}={browser.cookies.get(UNDER_WAY)}"
    browser.cookies.clear()
    refused(browser, browser.get(back, headers=sent([f"{planted}; {own}"])), "expired")
    assert page_of(browser.get(back, headers=sent([planted]))) == "/dashboard"  # Eve herself


def sent(cookies: list[str]) -> list[tuple[str, str]]:
    return [("Cookie", cookie) for cookie in cookies]


def test_a_network_has_thirty_attempts(browser: Browser, site: Product) -> None:
    for _ in range(30):
        assert browser.get("/auth/login").status_code == 303
    refusal = browser.get("/auth/login")
    assert refusal.status_code == 429
    assert 0 < int(refusal.headers["retry-after"]) <= 601
    assert "/sign-in/too-many" in refusal.text
    assert cookie_in(refusal, UNDER_WAY) is None
    with browser_of(site) as elsewhere:
        assert page_of(elsewhere.sign_in()) == "/dashboard"


def test_guessing_returns_counts_as_attempts(browser: Browser) -> None:
    for _ in range(30):
        assert browser.get("/auth/callback?state=x&code=y").status_code == 303
    assert browser.get("/auth/callback?state=x&code=y").status_code == 429


def refused(browser: Browser, answer: Any, page: str) -> None:
    assert page_of(answer) == f"/sign-in/{page}"
    assert cookie_in(answer, SESSION) is None
    assert (cookie_in(answer, UNDER_WAY) or {})["max-age"] == "0"
    assert not browser.is_signed_in()
