"""Who gets in, and which page everybody else sees (the provider's table of eligibility)."""

import asyncio
import json
import sqlite3
import time
from collections.abc import Iterator

import pytest

from hcai_app.db.engine import Database
from hcai_app.services.account import deletion
from tests.api.auth.browsing import SESSION, Browser, cookie_in, page_of
from tests.api.auth.conftest import PROXIED, browser_of
from tests.conftest import Install
from tests.harness.identity import Identity
from tests.harness.product import Product

PATIENCE_S = 20
# Status and flag as the provider gives them (None: the claim is missing), and the page.
ROWS = [
    ("verified", False, "over-age"),
    ("verified", None, "over-age"),
    ("verified", "true", "over-age"),
    ("verified", 1, "over-age"),
    ("pending", True, "pending"),
    ("pending", None, "pending"),
    ("needs_submission", None, "verify"),
    ("ineligible", True, "ineligible"),
    ("ineligible", False, "ineligible"),
    ("graduated", True, "unknown-status"),
    ("Verified", True, "unknown-status"),
    ("", True, "unknown-status"),
    (None, True, "unknown-status"),
    (["verified"], True, "unknown-status"),
]


@pytest.mark.parametrize(("status", "eligible", "page"), ROWS)
def test_each_row_has_its_page_and_opens_no_session(
    browser: Browser, identity: Identity, site: Product, status: object, eligible: object, page: str
) -> None:
    identity.person("Newcomer", verification_status=status, ysws_eligible=eligible)
    done = browser.sign_in()
    assert page_of(done) == f"/sign-in/{page}"
    assert cookie_in(done, SESSION) is None
    assert not browser.is_signed_in()
    assert site.attempt("users", "show", "ident!Newcomer").returncode != 0  # nothing is kept


@pytest.mark.parametrize("flag", ["verification_status", "ysws_eligible"])
def test_claims_that_the_id_token_lacks_come_from_userinfo(
    browser: Browser, identity: Identity, flag: str
) -> None:
    identity.set(claims={"verification_status": None, flag: None})
    assert page_of(browser.sign_in()) == "/dashboard"


def test_who_is_no_longer_eligible_loses_sessions_and_keys(
    site: Product, identity: Identity
) -> None:
    identity.person("Grace Alum")
    with browser_of(site) as here, browser_of(site) as there:
        here.sign_in()
        key = site.cli("keys", "create", "--user", "U0GRACE", "--name", "laptop")
        assert site.chat(key).status_code == 200
        identity.person("Grace Alum", ysws_eligible=False)
        assert page_of(there.sign_in()) == "/sign-in/over-age"
        assert not here.is_signed_in()
        site.change("users", "budget", "U0GRACE", "3")  # and the second in which workers hear
        assert site.chat(key).status_code == 403
        identity.person("Grace Alum")
        assert page_of(there.sign_in()) == "/dashboard"
        assert there.is_signed_in()


def test_the_providers_word_wins_over_the_command_lines(
    browser: Browser, identity: Identity, site: Product
) -> None:
    site.cli("users", "create", "--slack-id", "U0MALLORY", "--name", "M", "--verified")
    identity.person("Mallory", verification_status="needs_submission", ysws_eligible=None)
    assert page_of(browser.sign_in()) == "/sign-in/verify"
    assert '"is_verified": false' in site.cli("users", "show", "U0MALLORY")


def test_a_banned_user_sees_so_and_nothing_opens(
    browser: Browser, identity: Identity, site: Product
) -> None:
    identity.person("Trudy")
    browser.sign_in()
    site.cli("users", "ban", "U0TRUDY", "--reason", "resold keys")
    assert not browser.is_signed_in()
    assert page_of(browser.sign_in()) == "/sign-in/banned"
    identity.person("Trudy", sub="ident!Trudy2")  # a new account with the old Slack id
    assert page_of(browser.sign_in()) == "/sign-in/banned"
    site.cli("users", "unban", "U0TRUDY")
    identity.person("Trudy")
    assert page_of(browser.sign_in()) == "/dashboard"


def test_who_deletes_their_account_is_welcome_tomorrow(
    browser: Browser, identity: Identity, site: Product
) -> None:
    identity.person("Zoe")
    browser.sign_in()
    shown = json.loads(site.cli("users", "show", "U0ZOE"))
    asyncio.run(delete(site, shown["id"]))
    assert not browser.is_signed_in()
    assert page_of(browser.sign_in()) == "/sign-in/deleted-today"


async def delete(site: Product, user_id: str) -> None:
    database = Database(site.settings["DATABASE_URL"])
    secret_key = site.settings["HCAI_SECRET_KEY"]
    await deletion.delete(database, user_id, secret_key=secret_key)
    await database.close()


@pytest.fixture
def staffed(install: Install, identity: Identity) -> Iterator[Product]:
    admins = {"HCAI_ADMINS": "U0GROWNUP, ident!Boss", "HCAI_REQUIRE_VERIFIED": "true"}
    yield install(**identity.settings(), **admins, **PROXIED).start()


def test_admins_get_in_whatever_their_age(staffed: Product, identity: Identity) -> None:
    with browser_of(staffed) as browser:
        for name in ("Grownup", "Boss"):
            identity.person(name, ysws_eligible=False)
            assert page_of(browser.sign_in()) == "/dashboard"
        identity.person("Grownup", sub="ident!Other", slack_id="U0OTHER", ysws_eligible=False)
        assert page_of(browser.sign_in()) == "/sign-in/over-age"


def test_who_grows_too_old_is_noticed_without_a_sign_in(
    staffed: Product, identity: Identity
) -> None:
    identity.person("Ines")
    with browser_of(staffed) as browser:
        browser.sign_in()
        staffed.stop()
        with sqlite3.connect(staffed.folder / "hcai.db") as database:
            database.execute("UPDATE users SET signed_in_at = '2026-01-01 00:00:00.000000'")
        database.close()
        identity.set(checks={"ident!Ines": "verified_but_over_18"})
        staffed.start()
        deadline = time.monotonic() + PATIENCE_S
        while browser.is_signed_in() and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not browser.is_signed_in()
    assert "GET /api/external/check" in identity.seen()


def test_where_nobody_need_be_verified_everybody_gets_in(
    install: Install, identity: Identity
) -> None:
    product = install(**identity.settings()).start()
    identity.person("Anna", verification_status=None, ysws_eligible=None, slack_id=None)
    identity.set(claims={"name": None}, userinfo={"name": None})
    with browser_of(product) as browser:
        assert page_of(browser.sign_in()) == "/dashboard"
    assert '"is_verified": false' in product.cli("users", "show", "ident!Anna")
