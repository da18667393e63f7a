import asyncio

import pytest

from hcai_app.db import migrate
from hcai_app.db.engine import Database
from hcai_app.services import keys, users
from hcai_app.services.calls import Caller
from hcai_app.services.cutting import Cutter
from hcai_app.services.keyring import Keyring
from hcai_app.services.running import Running
from tests.services.outages import PostgresOutage

SECRET = "a secret of the tests, long enough for it"


async def test_a_revocation_that_meets_an_outage_ends_the_call_when_that_is_over(
    outage: PostgresOutage,
) -> None:
    database = Database(outage.url)
    await migrate.upgrade(database)
    user_id = await users.create(database, slack_id="U1", name="Ada")
    key = await keys.issue(database, "U1", "laptop", secret_key=SECRET, max_keys=5)
    await keys.revoke(database, key.id, secret_key=SECRET)
    running = Running(5)
    caller = Caller(user_id, key.id, True, None, None, "hc_1")

    async def call() -> None:
        running.enter(caller)
        await asyncio.sleep(3600)

    task = asyncio.create_task(call())
    await asyncio.sleep(0)
    keyring = Keyring(database, secret_key=SECRET, require_verified=False)
    cutter = Cutter(database, keyring, running)
    await outage.begin()
    cutter.apply(user_id, key.id)
    await asyncio.sleep(1)
    assert not task.done()
    await outage.end()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(asyncio.shield(task), 30)
    await database.close()
