import asyncio
import threading
from dataclasses import replace

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.pool import QueuePool

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.errors import HcaiError
from hcai_app.services import changes
from hcai_app.services.account import deletion
from hcai_app.services.call import Caller
from hcai_app.services.keys import keys
from hcai_app.services.keys.authentication import Authentication
from hcai_app.services.limits.in_flight import InFlight, Slot
from hcai_app.services.live.tabs import Tabs
from hcai_app.services.ops.revocation import Revocation, ended
from hcai_app.services.people import sessions, users
from tests.services.callers import signed_in
from tests.services.outages import PostgresOutage

SECRET = "a secret of the tests, long enough for it"


async def test_a_revocation_that_meets_an_outage_ends_the_call_when_that_is_over(
    outage: PostgresOutage,
) -> None:
    database = Database(outage.url)
    user_id = await users.create(database, slack_id="U1", name="Ada")
    key = await keys.issue(database, "U1", "laptop", secret_key=SECRET, max_keys=5)
    await keys.revoke(database, key.id, secret_key=SECRET)
    running = InFlight(5)
    caller = Caller(user_id, key.id, True, None, None, "hc_1")

    async def call() -> None:
        running.enter(caller)
        await asyncio.sleep(3600)

    task = asyncio.create_task(call())
    await asyncio.sleep(0)
    authentication = Authentication(database, secret_key=SECRET, require_verified=False)
    revocation = Revocation(database, authentication, running, Tabs())
    await outage.begin()
    revocation.apply(user_id, key.id)
    await asyncio.sleep(1)
    assert not task.done()
    await outage.end()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(asyncio.shield(task), 30)
    await revocation.close()
    await database.close()


async def test_the_calls_of_a_session_end_with_it_and_no_others(database: Database) -> None:
    user_id = await users.create(database, slack_id="U1", name="Ada")
    cookies = [
        await sessions.create(database, user_id, secret_key=SECRET) for _ in ("phone", "laptop")
    ]
    phone, laptop = (sessions.id_of(cookie, SECRET) for cookie in cookies)
    running = InFlight(5)
    key = await keys.issue(database, "U1", "laptop", secret_key=SECRET, max_keys=5)
    by_key = Caller(user_id, key.id, True, None, None, "hc_1")
    slots = [
        running.enter(replace(by_key, key_id=None, session_id=phone)),
        running.enter(replace(by_key, key_id=None, session_id=laptop)),
        running.enter(by_key),
    ]
    for slot in slots:
        slot.task = None  # of this test: not to be cancelled
    authentication = Authentication(database, secret_key=SECRET, require_verified=False)
    revocation = Revocation(database, authentication, running, Tabs())
    revocation.apply(user_id, None)  # a new budget, say
    await sessions.end(database, phone)
    revocation.apply(user_id, None)
    await _until_cut(slots[0])
    error = slots[0].cut_by
    assert isinstance(error, HcaiError)
    assert error.code == 401
    assert "session" in error.message
    assert [slot.cut_by for slot in slots[1:]] == [None, None]
    await revocation.close()


async def test_a_look_that_goes_on_ends_with_the_cutter(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, is_over = database.read, threading.Event()

    def go_on(connection: Connection) -> None:
        if database.is_sqlite:
            is_over.wait(10)
        else:
            connection.execute(text("SELECT pg_sleep(60)"))

    monkeypatch.setattr(database, "read", lambda _work, what: read(go_on, what))
    running = InFlight(5)
    running.enter(Caller("user_1", "key_1", True, None, None, "hc_1")).task = None
    authentication = Authentication(database, secret_key=SECRET, require_verified=False)
    revocation = Revocation(database, authentication, running, Tabs())
    pool = database._reader._engine.pool
    assert isinstance(pool, QueuePool)
    revocation.apply("user_1", None)
    async with asyncio.timeout(10):
        while not pool.checkedout():  # noqa: ASYNC110 - there is no event of this
            await asyncio.sleep(0)
    await revocation.close()
    is_over.set()
    if database.is_sqlite:
        await database.close()  # which waits for its threads
    assert pool.checkedout() == 0, "closing the database would lose this connection"


async def test_a_session_that_expires_takes_its_calls_along(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id = await users.create(database, slack_id="U1", name="Ada")
    cookie = await sessions.create(database, user_id, secret_key=SECRET)
    heard: list[tuple[str, str | None]] = []
    follower = changes.Follower(database, lambda *change: heard.append(change))
    await follower.start()
    then = clock.now() + sessions.LIFETIME
    monkeypatch.setattr(sessions.clock, "now", lambda: then)
    await database.write(sessions.prune, "sessions")
    await follower._read()
    assert heard == [(user_id, None)]
    assert (await ended(database, [user_id]))[user_id].open_sessions == set()
    assert await signed_in(database, cookie, secret_key=SECRET) is None


async def test_one_read_tells_what_has_ended_for_each_user(database: Database) -> None:
    ada, bob, eve, dan = [await _holder(database, name) for name in ("U1", "U2", "U3", "U4")]
    await keys.revoke(database, ada[0].key_id or "", secret_key=SECRET)
    await sessions.end(database, ada[2].session_id or "")
    await users.ban(database, eve[0].user_id, "testing")
    await deletion.delete(database, dan[0].user_id, secret_key=SECRET)
    found = await ended(database, [callers[0].user_id for callers in (ada, bob, eve, dan)])
    told = {
        callers[0].user_id: [
            reason and reason.code for reason in map(found[callers[0].user_id].reason, callers)
        ]
        for callers in (ada, bob, eve, dan)
    }
    assert list(told.values()) == [[401, None, 401, None], [None] * 4, [403] * 4, [401] * 4]
    pages = [found[callers[0].user_id].open_sessions for callers in (ada, bob, eve, dan)]
    assert pages == [{ada[3].session_id}, {bob[2].session_id, bob[3].session_id}, set(), set()]


async def _holder(database: Database, slack_id: str) -> list[Caller]:
    """A user with two keys and two sessions, as the callers that they can be."""
    user_id = await users.create(database, slack_id=slack_id, name=slack_id)
    plain = Caller(user_id, None, True, None, None, "hc_1")
    callers = [plain] * 4
    for n in range(2):
        key = await keys.issue(database, slack_id, "laptop", secret_key=SECRET, max_keys=5)
        cookie = await sessions.create(database, user_id, secret_key=SECRET)
        callers[n] = replace(plain, key_id=key.id)
        callers[n + 2] = replace(plain, session_id=sessions.id_of(cookie, SECRET))
    return callers


async def _until_cut(slot: Slot) -> None:
    async with asyncio.timeout(10):
        while slot.cut_by is None:  # noqa: ASYNC110 - there is no event of this
            await asyncio.sleep(0.01)
