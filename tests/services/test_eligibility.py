"""Asking the provider again whether somebody may still come in."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.errors import UpstreamFailed
from hcai_app.services import accounts, eligibility, sessions, users
from hcai_app.services.accounts import Rules
from hcai_app.services.identities import Identity
from hcai_app.services.users import users_table

SECRET = "a secret of the tests, long enough for it"
STRICT = Rules(SECRET, require_verified=True, admins=())
ADA = Identity("ident!Ada", "Ada", None, "UADA", "verified", ysws_eligible=True)


@pytest.fixture
async def user_id(database: Database) -> str:
    made = await accounts.sign_in(database, ADA, STRICT)
    await age(database)
    return made


async def age(database: Database) -> None:
    """Make everything known of users two days old."""
    then = clock.now() - timedelta(days=2)
    async with database.writing() as connection:
        await connection.execute(update(users_table).values(signed_in_at=then, checked_at=None))


async def row_of(database: Database, reference: str) -> dict[str, Any]:
    async with database.reading() as connection:
        return dict(await users.find(connection, reference))


async def changes_of(database: Database) -> int:
    async with database.reading() as connection:
        return (await connection.execute(text("SELECT count(*) FROM changes"))).scalar_one()


async def ask(database: Database, result: str, rules: Rules = STRICT) -> int:
    async def check(subject: str) -> str:
        assert subject == "ident!Ada"
        return result

    return await eligibility.ask(database, check, rules)


@pytest.mark.parametrize(
    ("result", "status", "flag"),
    [
        ("verified_but_over_18", "verified", False),
        ("pending", "pending", True),
        ("needs_submission", "needs_submission", True),
        ("rejected", "ineligible", True),
    ],
)
async def test_who_is_no_longer_eligible_loses_keys_and_sessions(
    database: Database, user_id: str, result: str, status: str, flag: bool
) -> None:
    cookie = await sessions.create(database, user_id, secret_key=SECRET)
    before = await changes_of(database)
    assert await ask(database, result) == 1
    row = await row_of(database, user_id)
    assert (row["is_verified"], row["verification_status"]) == (False, status)
    assert row["ysws_eligible"] is flag
    assert await sessions.of_cookie(database, cookie, secret_key=SECRET) is None
    assert await changes_of(database) == before + 1


@pytest.mark.parametrize("result", ["verified_eligible", "not_found", "unknown", "novel", ""])
async def test_otherwise_everything_stays_and_is_asked_tomorrow(
    database: Database, user_id: str, result: str
) -> None:
    cookie = await sessions.create(database, user_id, secret_key=SECRET)
    before = await changes_of(database)
    assert await ask(database, result) == 1
    assert (await row_of(database, user_id))["is_verified"] is True
    assert await sessions.of_cookie(database, cookie, secret_key=SECRET)
    assert await changes_of(database) == before
    assert await ask(database, "rejected") == 0


async def test_who_has_become_eligible_may_use_their_keys_again(
    database: Database, user_id: str
) -> None:
    await ask(database, "pending")
    await age(database)
    await ask(database, "verified_eligible")
    assert (await row_of(database, user_id))["is_verified"] is True


async def test_a_provider_that_is_away_changes_nothing(database: Database, user_id: str) -> None:
    async def check(_subject: str) -> str:
        raise UpstreamFailed("away")

    with pytest.raises(UpstreamFailed):
        await eligibility.ask(database, check, STRICT)
    assert (await row_of(database, user_id))["is_verified"] is True
    assert await ask(database, "verified_eligible") == 1  # still due


async def test_an_admin_keeps_the_session(database: Database, user_id: str) -> None:
    cookie = await sessions.create(database, user_id, secret_key=SECRET)
    await ask(database, "verified_but_over_18", Rules(SECRET, True, ("UADA",)))
    assert await sessions.of_cookie(database, cookie, secret_key=SECRET)


async def test_who_just_signed_in_is_not_asked_about(database: Database) -> None:
    await accounts.sign_in(database, ADA, STRICT)
    assert await ask(database, "rejected") == 0
