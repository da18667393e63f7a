"""Deleting an account: what ends, what stays, and that nothing tells whose it was."""

import asyncio

import pytest
from sqlalchemy import Connection, MetaData, select, update

from hcai_app import hashing
from hcai_app.db.engine import Database
from hcai_app.db.tables import users_table
from hcai_app.errors import NotAuthenticated, NotFound
from hcai_app.services.account import deletion, export
from hcai_app.services.call import Caller
from hcai_app.services.keys import keys
from hcai_app.services.keys.authentication import Authentication
from hcai_app.services.limits.in_flight import InFlight
from hcai_app.services.live.tabs import Tabs
from hcai_app.services.ops.revocation import Revocation
from hcai_app.services.people import sessions, users
from tests.services.books import Books, entry, fetch, rows, sums
from tests.services.callers import signed_in

SECRET = "a secret of the tests, long enough for it"
NAME, SLACK_ID, SUBJECT, EMAIL = "Persimmon", "UPERSIMMON", "ident!persimmon", "p@persimmon.test"
KEY_NAME = "persimmon's laptop"


@pytest.fixture
async def user_id(database: Database) -> str:
    made = await users.create(database, slack_id=SLACK_ID, name=NAME, is_verified=True)
    values = {
        "subject": SUBJECT,
        "email": EMAIL,
        "verification_status": "verified persimmon",
        "ysws_eligible": True,
    }
    change = update(users_table).where(users_table.c.id == made).values(**values)
    await database.write(lambda it: it.execute(change), "user")
    return made


async def delete(database: Database, user_id: str) -> None:
    await deletion.delete(database, user_id, secret_key=SECRET)


async def issue(database: Database, reference: str) -> keys.IssuedKey:
    return await keys.issue(database, reference, KEY_NAME, secret_key=SECRET, max_keys=50)


async def everything(database: Database) -> str:
    """Each value of each table."""
    found: list[str] = []

    def work(connection: Connection) -> None:
        tables = MetaData()
        tables.reflect(connection)
        assert len(tables.tables) > 8
        for table in tables.tables.values():
            found.extend(str(tuple(row)) for row in connection.execute(select(table)))

    await database.read(work, "tables")
    return "\n".join(found)


async def test_nothing_in_the_database_tells_who_it_was(database: Database, user_id: str) -> None:
    key, revoked = await issue(database, user_id), await issue(database, SLACK_ID)
    await keys.revoke_own(database, user_id, revoked.id)
    await sessions.create(database, user_id, secret_key=SECRET)
    before = (await everything(database)).lower()
    marks = ["persimmon", SLACK_ID.lower(), SUBJECT, EMAIL, key.preview[-4:], revoked.preview[-4:]]
    for mark in marks[:4]:
        assert mark in before
    await delete(database, user_id)
    after = await everything(database)
    for mark in marks[:4]:
        assert mark not in after.lower()
    assert key.preview not in after
    assert revoked.preview not in after
    assert user_id in after


async def test_keys_and_sessions_end_and_every_worker_is_told(
    database: Database, user_id: str
) -> None:
    key = await issue(database, user_id)
    cookie = await sessions.create(database, user_id, secret_key=SECRET)
    caller = await signed_in(database, cookie, secret_key=SECRET)
    assert caller is not None
    await delete(database, user_id)
    assert await signed_in(database, cookie, secret_key=SECRET) is None
    authentication = Authentication(database, secret_key=SECRET, require_verified=False)
    with pytest.raises(NotAuthenticated):
        await authentication.by_key(key.secret, "here")
    with pytest.raises(NotAuthenticated):
        await export.of_caller(database, caller)
    told = await fetch(database, "SELECT user_id, key_id FROM changes ORDER BY id")
    assert told[-1] == (user_id, None)


async def test_nobody_makes_a_key_or_deletes_again(database: Database, user_id: str) -> None:
    await delete(database, user_id)
    for reference in (user_id, SLACK_ID, SUBJECT):
        with pytest.raises(NotFound):
            await issue(database, reference)
    with pytest.raises(NotFound):
        await delete(database, user_id)
    with pytest.raises(NotFound):
        await delete(database, "usr_none")


async def test_a_key_made_meanwhile_does_not_outlive_the_account(
    database: Database, user_id: str
) -> None:
    made = await asyncio.gather(
        *(issue(database, user_id) for _ in range(6)),
        delete(database, user_id),
        *(issue(database, user_id) for _ in range(6)),
        return_exceptions=True,
    )
    assert {type(one) for one in made} <= {keys.IssuedKey, NotFound, type(None)}
    alive = "SELECT count(*) FROM keys WHERE revoked_at IS NULL OR name <> ''"
    assert await fetch(database, alive) == [(0,)]


async def test_subject_and_slack_id_are_remembered_as_hashes_alone(
    database: Database, user_id: str
) -> None:
    bob = await users.create(database, slack_id="UBOB", name="Bob")
    await issue(database, bob)
    await delete(database, bob)
    await delete(database, user_id)
    query = (
        "SELECT id, deleted_subject_hash, deleted_slack_id_hash FROM users"
        " WHERE deleted_at IS NOT NULL"
    )
    hashes = {row[0]: tuple(row[1:]) for row in await fetch(database, query)}
    assert hashes == {
        bob: (None, hashing.keyed_hash("UBOB", SECRET, b"deleted slack id")),
        user_id: (
            hashing.keyed_hash(SUBJECT, SECRET, b"deleted subject"),
            hashing.keyed_hash(SLACK_ID, SECRET, b"deleted slack id"),
        ),
    }


async def test_the_same_person_may_come_back_as_somebody_new(
    database: Database, user_id: str
) -> None:
    await delete(database, user_id)
    again = await users.create(database, slack_id=SLACK_ID, name=NAME)
    assert again != user_id


async def test_others_keep_what_is_theirs(database: Database, user_id: str) -> None:
    bob = await users.create(database, slack_id="UBOB", name="Bob")
    key = await issue(database, bob)
    cookie = await sessions.create(database, bob, secret_key=SECRET)
    await delete(database, user_id)
    authentication = Authentication(database, secret_key=SECRET, require_verified=False)
    assert (await authentication.by_key(key.secret, "here")).user_id == bob
    caller = await signed_in(database, cookie, secret_key=SECRET)
    assert caller is not None
    assert caller.name == "Bob"


async def test_calls_that_run_are_cut_and_booked_and_the_books_stay(
    database: Database, books: Books, user_id: str
) -> None:
    key = await issue(database, user_id)
    await books.record(entry(user_id=user_id, key_id=key.id, cost=500))
    running = InFlight(5)
    authentication = Authentication(database, secret_key=SECRET, require_verified=False)
    revocation = Revocation(database, authentication, running, Tabs())

    async def call(key_id: str | None) -> None:
        slot = running.enter(Caller(user_id, key_id, True, None, None, "hc_1"))
        try:
            await asyncio.sleep(3600)
        finally:
            running.leave(slot)
            await books.record(entry(user_id=user_id, key_id=key_id, cost=70))

    tasks = [asyncio.create_task(call(key_id)) for key_id in (key.id, None)]
    await asyncio.sleep(0)
    await delete(database, user_id)
    revocation.apply(user_id, None)
    done = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 20)
    await revocation.close()
    assert [type(one) for one in done] == [asyncio.CancelledError] * 2
    assert len(await rows(database)) == 3
    assert (await sums(database, "key_totals"))[-1] == 640
