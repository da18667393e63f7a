"""Asking the provider again whether somebody may still come in."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.db.tables import users_table
from hcai_app.errors import NotAllowed, UpstreamFailed
from hcai_app.services.keys import keys
from hcai_app.services.keys.authentication import Authentication
from hcai_app.services.limits.windows import Windows
from hcai_app.services.people import eligibility_recheck, sessions, sign_in
from hcai_app.services.people.identity import Identity
from hcai_app.services.people.sign_in import Rules
from tests.services.books import fetch
from tests.services.callers import row_of, signed_in

SECRET = "a secret of the tests, long enough for it"
STRICT = Rules(SECRET, require_verified=True, admins=())
ADA = Identity("ident!Ada", "Ada", None, "UADA", "verified", ysws_eligible=True)


@pytest.fixture
async def user_id(database: Database) -> str:
    made = await sign_in.sign_in(database, ADA, STRICT)
    await age(database)
    return made


async def age(database: Database, *, days: int = 2, checked_days: int | None = None) -> None:
    """Make everything known of users so many days old."""
    now = clock.now()
    checked_at = None if checked_days is None else now - timedelta(days=checked_days)
    values = {"signed_in_at": now - timedelta(days=days), "checked_at": checked_at}
    await database.write(lambda it: it.execute(update(users_table).values(**values)), "users")


async def changes_of(database: Database) -> int:
    ((count,),) = await fetch(database, "SELECT count(*) FROM changes")
    return count


def never() -> Windows:
    """Nobody was asked about in vain."""
    return Windows(1, eligibility_recheck.OLD.total_seconds())


async def ask(
    database: Database, result: str, rules: Rules = STRICT, in_vain: Windows | None = None
) -> int:
    async def check(subject: str) -> str:
        assert subject == "ident!Ada"
        return result

    return await eligibility_recheck.ask(database, check, rules, in_vain or never())


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
    assert await signed_in(database, cookie, secret_key=SECRET) is None
    assert await changes_of(database) == before + 1


@pytest.mark.parametrize("result", ["verified_eligible", "not_found", "unknown", "novel", ""])
async def test_otherwise_everything_stays_and_is_asked_tomorrow(
    database: Database, user_id: str, result: str
) -> None:
    cookie = await sessions.create(database, user_id, secret_key=SECRET)
    before, in_vain = await changes_of(database), never()
    assert await ask(database, result, in_vain=in_vain) == 1
    assert (await row_of(database, user_id))["is_verified"] is True
    assert await signed_in(database, cookie, secret_key=SECRET)
    assert await changes_of(database) == before
    assert await ask(database, "rejected", in_vain=in_vain) == 0


@pytest.mark.parametrize("result", ["not_found", "unknown"])
@pytest.mark.parametrize("known", [{"days": 15}, {"days": 90, "checked_days": 15}])
async def test_whom_the_provider_has_not_known_for_two_weeks_has_to_sign_in_again(
    database: Database, user_id: str, result: str, known: dict[str, int]
) -> None:
    cookie = await sessions.create(database, user_id, secret_key=SECRET)
    key = await keys.issue(database, user_id, "bot", secret_key=SECRET, max_keys=3)
    await age(database, **known)
    before = await changes_of(database)
    await ask(database, result)
    assert (await row_of(database, user_id))["is_verified"] is False
    assert await signed_in(database, cookie, secret_key=SECRET) is None
    assert await changes_of(database) == before + 1
    keyring = Authentication(database, secret_key=SECRET, require_verified=True)
    caller = await keyring.by_key(key.secret, "here")
    with pytest.raises(NotAllowed, match="sign in on the site again"):
        keyring.check_allowed(caller)
    await ask(database, result)
    assert await changes_of(database) == before + 1
    await sign_in.sign_in(database, ADA, STRICT)
    keyring.forget(user_id, None)
    keyring.check_allowed(await keyring.by_key(key.secret, "here"))


@pytest.mark.parametrize(
    ("result", "known"),
    [
        ("not_found", {"days": 13}),
        ("not_found", {"days": 90, "checked_days": 13}),
        ("not_found", {"days": 13, "checked_days": 90}),
        ("novel", {"days": 90}),
        ("", {"days": 90}),
    ],
)
async def test_what_was_known_serves_two_weeks_and_as_long_as_no_answer_is_clear(
    database: Database, user_id: str, result: str, known: dict[str, int]
) -> None:
    await age(database, **known)
    await ask(database, result)
    assert (await row_of(database, user_id))["is_verified"] is True


async def test_who_has_become_eligible_may_use_their_keys_again(
    database: Database, user_id: str
) -> None:
    await ask(database, "pending")
    await age(database)
    await ask(database, "verified_eligible")
    assert (await row_of(database, user_id))["is_verified"] is True


@pytest.mark.parametrize("days", [2, 90])
async def test_a_provider_that_is_away_changes_nothing(
    database: Database, user_id: str, days: int
) -> None:
    async def check(_subject: str) -> str:
        raise UpstreamFailed("away")

    await age(database, days=days)
    in_vain = never()
    with pytest.raises(UpstreamFailed):
        await eligibility_recheck.ask(database, check, STRICT, in_vain)
    assert (await row_of(database, user_id))["is_verified"] is True
    assert await ask(database, "verified_eligible", in_vain=in_vain) == 1  # still due


async def test_an_admin_keeps_the_session(database: Database, user_id: str) -> None:
    cookie = await sessions.create(database, user_id, secret_key=SECRET)
    await ask(database, "verified_but_over_18", Rules(SECRET, True, ("UADA",)))
    assert await signed_in(database, cookie, secret_key=SECRET)


async def test_who_just_signed_in_is_not_asked_about(database: Database) -> None:
    await sign_in.sign_in(database, ADA, STRICT)
    assert await ask(database, "rejected") == 0
