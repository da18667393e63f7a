"""The list of a user's keys: whose they are, and what each has used."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.db.models.rollups import NO_KEY
from hcai_app.db.tables import keys_table
from hcai_app.errors import NotFound, Unavailable
from hcai_app.services.keys import keys
from hcai_app.services.ledger import rollups
from hcai_app.services.ledger.rollups import Rollups
from hcai_app.services.limits.period import budget_period
from hcai_app.services.people import users
from hcai_app.services.usage import by_key, filter_options

SECRET = "a secret of the tests, long enough for it"


@pytest.fixture
async def ada(database: Database) -> str:
    return await users.create(database, slack_id="U1", name="Ada")


async def issue(database: Database, user_id: str, name: str = "laptop") -> keys.IssuedKey:
    return await keys.issue(database, user_id, name, secret_key=SECRET, max_keys=50)


async def book(database: Database, user_id: str, key_id: str, at_ms: int, cost: int) -> None:
    amount = rollups.Amount(user_id, key_id, "a/b", at_ms, (1, 0, 10, 20, 30, cost))
    await database.write(lambda it: Rollups("w1").add(it, [amount]), "sums")


async def test_each_key_has_its_own_sums(database: Database, ada: str) -> None:
    used, fresh = await issue(database, ada, "used"), await issue(database, ada, "fresh")
    now = clock.now_ms()
    before = budget_period(now).start_ms - 1
    await book(database, ada, used.id, before, 1_000)
    await book(database, ada, used.id, now, 7)
    await book(database, ada, NO_KEY, now, 50_000)
    await book(database, "usr_other", used.id, now, 900_000)
    by_name = {key.name: key for key in (await by_key.of_user(database, ada)).active}
    assert by_name.keys() == {"used", "fresh"}
    key = by_name["used"]
    assert (key.requests, key.total_tokens, key.cost_nanousd, key.period_nanousd) == (
        2,
        60,
        1007,
        7,
    )
    assert key.last_call_ms == now
    assert key.preview == used.preview
    unused = by_name["fresh"]
    assert (unused.id, unused.requests, unused.cost_nanousd) == (fresh.id, 0, 0)
    assert unused.last_call_ms is None


async def test_revoked_keys_stand_apart_the_last_ones_first(database: Database, ada: str) -> None:
    made = [await issue(database, ada, f"key {number}") for number in range(4)]
    for key in (made[2], made[0]):
        await keys.revoke_own(database, ada, key.id)
    listed = await by_key.of_user(database, ada)
    assert [key.name for key in listed.active] == ["key 3", "key 1"]
    assert [key.name for key in listed.revoked] == ["key 0", "key 2"]
    assert listed.revoked_count == 2


async def test_a_key_whose_end_has_come_is_expired_and_not_revoked(
    database: Database, ada: str
) -> None:
    expired, both = await issue(database, ada, "expired"), await issue(database, ada, "both")
    end = update(keys_table).values(expires_at=clock.now() - timedelta(hours=1))
    await keys.revoke_own(database, ada, both.id)
    await database.write(lambda it: it.execute(end), "keys")
    listed = await by_key.of_user(database, ada)
    assert {key.name: key.has_expired for key in listed.revoked} == {"expired": True, "both": False}
    offered = (await filter_options.of_user(database, ada)).keys
    assert {key.name: (key.is_ended, key.is_revoked) for key in offered} == {
        "expired": (True, False),
        "both": (True, True),
    }
    assert expired.id != both.id


async def test_a_long_past_is_counted_and_not_listed(
    database: Database, ada: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_key, "MAX_REVOKED", 2)
    for _ in range(3):
        await keys.revoke_own(database, ada, (await issue(database, ada)).id)
    listed = await by_key.of_user(database, ada)
    assert (len(listed.revoked), listed.revoked_count) == (2, 3)


async def test_nobody_sees_or_ends_the_keys_of_another(database: Database, ada: str) -> None:
    bob = await users.create(database, slack_id="U2", name="Bob")
    key = await issue(database, ada)
    assert (await by_key.of_user(database, bob)).active == ()
    with pytest.raises(NotFound):
        await keys.revoke_own(database, bob, key.id)
    assert [key.name for key in (await by_key.of_user(database, ada)).active] == ["laptop"]


async def test_an_own_key_is_revoked_once_and_stays_so(database: Database, ada: str) -> None:
    key = await issue(database, ada)
    assert await keys.revoke_own(database, ada, key.id) == "laptop"
    (first,) = (await by_key.of_user(database, ada)).revoked
    assert await keys.revoke_own(database, ada, key.id) == "laptop"
    (again,) = (await by_key.of_user(database, ada)).revoked
    assert first.ended_at == again.ended_at
    with pytest.raises(NotFound):
        await keys.revoke_own(database, ada, "key_none")


async def test_a_database_that_is_away_is_503() -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/nothing")
    try:
        with pytest.raises(Unavailable):
            await by_key.of_user(away, "usr_1")
    finally:
        await away.close()
