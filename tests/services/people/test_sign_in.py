"""Which user somebody is, what is refreshed, who comes in."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.db.tables import changes_table, sessions_table, users_table
from hcai_app.errors import Unavailable
from hcai_app.services.account import deletion
from hcai_app.services.limits.period import budget_period
from hcai_app.services.ops import retention
from hcai_app.services.people import sessions, sign_in, users
from hcai_app.services.people.identity import Identity, Reason, SignInRefused
from hcai_app.services.people.sign_in import Rules
from tests.services.callers import row_of, signed_in
from tests.services.outages import PostgresOutage

SECRET = "a secret of the tests, long enough for it"
OPEN = Rules(SECRET, require_verified=False, admins=())
STRICT = Rules(SECRET, require_verified=True, admins=())
ADA = Identity("ident!Ada", "Ada", "ada@example.org", "UADA", "verified", ysws_eligible=True)
BOB = Identity("ident!Bob", "Bob", None, None, "pending")


async def count(database: Database, table: Any) -> int:
    query = select(func.count()).select_from(table)
    return await database.read(lambda it: it.scalar(query), "rows") or 0


async def refusal(database: Database, identity: Identity, rules: Rules = OPEN) -> Reason:
    with pytest.raises(SignInRefused) as refused:
        await sign_in.sign_in(database, identity, rules)
    return refused.value.reason


async def test_a_newcomer_is_made_and_found_again(database: Database) -> None:
    user_id = await sign_in.sign_in(database, ADA, OPEN)
    row = await row_of(database, user_id)
    assert (row["subject"], row["slack_id"], row["email"]) == ("ident!Ada", "UADA", ADA.email)
    assert (row["is_verified"], row["ysws_eligible"]) == (True, True)
    assert row["verification_status"] == "verified"
    assert await sign_in.sign_in(database, ADA, OPEN) == user_id
    assert await count(database, users_table) == 1


async def test_what_changed_at_the_provider_is_refreshed_and_told(database: Database) -> None:
    user_id = await sign_in.sign_in(database, ADA, OPEN)
    before = await count(database, changes_table)
    changed = replace(ADA, name="Ada L.", slack_id=None, ysws_eligible=None, email="l@example.org")
    assert await sign_in.sign_in(database, changed, OPEN) == user_id
    row = await row_of(database, user_id)
    assert (row["name"], row["slack_id"], row["email"]) == ("Ada L.", None, "l@example.org")
    assert (row["is_verified"], row["ysws_eligible"]) == (False, None)
    assert await count(database, changes_table) == before + 1


async def test_a_name_that_is_not_told_stays(database: Database) -> None:
    await sign_in.sign_in(database, ADA, OPEN)
    await sign_in.sign_in(database, replace(ADA, name=None, email=None), OPEN)
    row = await row_of(database, "UADA")
    assert (row["name"], row["email"]) == ("Ada", ADA.email)


async def test_a_slack_id_joins_only_a_user_whom_nobody_has_claimed(database: Database) -> None:
    made = await users.create(database, slack_id="UADA", name="A.", is_verified=True)
    assert await sign_in.sign_in(database, ADA, OPEN) == made
    thief = replace(ADA, subject="ident!Other")
    other = await sign_in.sign_in(database, thief, OPEN)
    assert other != made
    assert (await row_of(database, made))["slack_id"] is None  # it is the other's now
    assert (await row_of(database, "UADA"))["id"] == other


async def test_the_slack_id_of_a_banned_user_lets_nobody_in(database: Database) -> None:
    made = await users.create(database, slack_id="UADA", name="A.")
    await users.ban(database, made, "spam")
    assert await refusal(database, ADA) is Reason.BANNED
    assert (await row_of(database, "UADA"))["subject"] is None
    assert await refusal(database, replace(ADA, subject="ident!Other")) is Reason.BANNED
    assert await count(database, users_table) == 1


async def test_who_may_not_come_in_leaves_nothing_behind(database: Database) -> None:
    assert await refusal(database, BOB, STRICT) is Reason.PENDING
    assert await count(database, users_table) == 0
    admins = replace(STRICT, admins=("ident!Bob",))
    assert await sign_in.sign_in(database, BOB, admins)


async def test_who_was_in_before_is_refreshed_and_loses_their_sessions(database: Database) -> None:
    user_id = await sign_in.sign_in(database, ADA, STRICT)
    entered_at = (await row_of(database, user_id))["signed_in_at"]
    cookie = await sessions.create(database, user_id, secret_key=SECRET)
    gone = replace(ADA, verification_status="ineligible")
    assert await refusal(database, gone, STRICT) is Reason.INELIGIBLE
    assert await signed_in(database, cookie, secret_key=SECRET) is None
    row = await row_of(database, user_id)
    assert (row["is_verified"], row["verification_status"]) == (False, "ineligible")
    assert row["signed_in_at"] == entered_at


async def test_returns_that_race_make_one_user(database: Database) -> None:
    made = await asyncio.gather(*(sign_in.sign_in(database, ADA, OPEN) for _ in range(8)))
    assert len(set(made)) == 1
    assert await count(database, users_table) == 1


async def test_returns_that_race_for_a_user_of_the_command_line_join_once(
    database: Database,
) -> None:
    user_id = await users.create(database, slack_id="UADA", name="A.")
    made = await asyncio.gather(*(sign_in.sign_in(database, ADA, OPEN) for _ in range(8)))
    assert set(made) == {user_id}


async def test_a_deleted_account_is_new_again_tomorrow(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id = await sign_in.sign_in(database, ADA, OPEN)
    await deletion.delete(database, user_id, secret_key=SECRET)
    assert await refusal(database, ADA) is Reason.DELETED_TODAY
    await retention.clean(database, 400)
    assert await refusal(database, ADA) is Reason.DELETED_TODAY
    assert await sign_in.sign_in(database, BOB, OPEN)  # somebody else
    tomorrow = clock.from_ms(budget_period(clock.now_ms()).end_ms) + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    assert await sign_in.sign_in(database, ADA, OPEN) != user_id
    await retention.clean(database, 400)
    row = await row_of(database, user_id)
    assert (row["deleted_subject_hash"], row["deleted_slack_id_hash"]) == (None, None)


async def test_another_subject_with_a_deleted_slack_id_is_no_second_budget(
    database: Database,
) -> None:
    user_id = await sign_in.sign_in(database, ADA, OPEN)
    await deletion.delete(database, user_id, secret_key=SECRET)
    other = replace(ADA, subject="ident!other")
    assert await refusal(database, other) is Reason.DELETED_TODAY
    assert await sign_in.sign_in(database, replace(other, slack_id=None), OPEN)


async def test_sessions_that_have_expired_are_cleaned_up(database: Database) -> None:
    user_id = await sign_in.sign_in(database, ADA, OPEN)
    kept, old = [await sessions.create(database, user_id, secret_key=SECRET) for _ in range(2)]
    is_old = sessions_table.c.id == sessions.id_of(old, SECRET)
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    change = update(sessions_table).where(is_old).values(expires_at=long_ago)
    await database.write(lambda it: it.execute(change), "sessions")
    assert await signed_in(database, old, secret_key=SECRET) is None
    await retention.clean(database, 400)
    assert await count(database, sessions_table) == 1
    assert await signed_in(database, kept, secret_key=SECRET)


async def test_a_database_that_is_away_is_no_fault(outage: PostgresOutage) -> None:
    database = Database(outage.url)
    await outage.begin()
    with pytest.raises(Unavailable):
        await sign_in.sign_in(database, ADA, OPEN)
    with pytest.raises(Unavailable):
        await sessions.end(database, "ses_none")
    await database.close()
