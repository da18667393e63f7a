"""What is stored about a user, told to them alone, however much it is."""

from datetime import timedelta

import pytest

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.services.account import deletion, export
from hcai_app.services.call import Caller
from hcai_app.services.fairuse import exemptions, sharing
from hcai_app.services.fairuse.sharing import Sharing
from hcai_app.services.keys import keys
from hcai_app.services.ledger import rollups
from hcai_app.services.ledger.rollups import Rollups
from hcai_app.services.people import sessions, users
from hcai_app.services.safety import counts
from hcai_app.services.safety.counts import SafetyCounts
from hcai_app.services.safety.verdicts import Finding, Verdict
from tests.services.callers import signed_in

SECRET = "a secret of the tests, long enough for it"


async def sign_in(database: Database, slack_id: str) -> Caller:
    user_id = await users.create(database, slack_id=slack_id, name=slack_id)
    return await visit(database, user_id)


async def visit(database: Database, user_id: str) -> Caller:
    cookie = await sessions.create(database, user_id, secret_key=SECRET)
    caller = await signed_in(database, cookie, secret_key=SECRET)
    assert caller is not None
    return caller


async def test_every_hour_is_told_once_and_nobody_elses(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "HOURS_PAGE", 7)
    ada, bob = await sign_in(database, "U1"), await sign_in(database, "U2")
    start = clock.floor_ms(clock.now_ms(), clock.MS_PER_DAY)
    amounts = [
        rollups.Amount(user, key, model, start - hour * clock.MS_PER_HOUR, (1, 0, 2, 3, 5, 70))
        for user in (ada.user_id, bob.user_id)
        for hour in range(5)
        for key in ("", "key_1", "key_2")
        for model in ("a/b", "c/d")
    ]
    await database.write(lambda it: Rollups("w1").add(it, amounts), "sums")
    told = [row async for row in export.hours_of(database, ada)]
    names = [(row["start_ms"], row["key_id"], row["model"]) for row in told]
    assert len(set(names)) == len(names) == 30
    assert names == sorted(names)
    assert sum(row["cost_nanousd"] for row in told) == 30 * 70


async def test_what_safety_and_fair_use_know_is_told_to_its_owner_alone(
    database: Database,
) -> None:
    ada, bob = await sign_in(database, "U1"), await sign_in(database, "U2")
    key = await keys.issue(database, ada.user_id, "k", secret_key=SECRET, max_keys=9)
    found = SafetyCounts(database)
    found.note(ada.user_id, Verdict(Finding.HELP, ("self-harm",)))
    await found.flush()
    seen = Sharing()
    seen.note(key.id, "10.0.0.1", clock.now_ms())
    await seen.flush(database)
    for named in ({"user": "U1", "key": None}, {"user": None, "key": key.id}):
        until = clock.now() + timedelta(hours=1)
        own = {"rule": None, "until": until, "reason": "a class", "secret_key": SECRET}
        await exemptions.grant(database, **named, **own)
    held = (await export.holdings_of(database, ada)).safety
    assert [(day.category, day.times) for day in held.found] == [("self-harm", 1)]
    assert [(day.key_id, day.networks, day.hours) for day in held.key_days] == [(key.id, 1, 1)]
    assert [it.key_id for it in held.exemptions] == [None, key.id]
    others = (await export.holdings_of(database, bob)).safety
    assert (others.found, others.key_days, others.exemptions) == ([], [], [])
    await deletion.delete(database, ada.user_id, secret_key=SECRET)
    assert await exemptions.listed(database) == []
    assert await sharing.widest(database, 0) == []
    assert await database.read(lambda it: list(counts.of_user(it, ada.user_id)), "data") == []


async def test_the_account_counts_what_is_the_visitors(database: Database) -> None:
    ada, bob = await sign_in(database, "U1"), await sign_in(database, "U2")
    made = [
        await keys.issue(database, owner.user_id, "k", secret_key=SECRET, max_keys=9)
        for owner in (ada, ada, ada, bob)
    ]
    await keys.revoke_own(database, ada.user_id, made[0].id)
    account = await export.of_caller(database, ada)
    assert (account.active_keys, account.revoked_keys, account.calls) == (2, 1, 0)
    assert account.profile.slack_id == "U1"
    holdings = await export.holdings_of(database, ada)
    assert [key["id"] for key in holdings.keys] == [key.id for key in made[:3]]
    assert all("hash" not in key for key in holdings.keys)


async def test_this_session_stands_first_and_old_ones_are_not_told(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_ago = clock.now() - timedelta(days=40)
    with monkeypatch.context() as past:
        past.setattr(clock, "now", lambda: long_ago)
        user_id = await users.create(database, slack_id="U1", name="Ada")
        await sessions.create(database, user_id, secret_key=SECRET)
    ada = await visit(database, user_id)
    await visit(database, user_id)
    account = await export.of_caller(database, ada)
    assert [session.is_this_one for session in account.sessions] == [True, False]
    assert account.profile.created_at == long_ago
