"""A drift of the gate, and clocks that differ, are seen."""

import time

import pytest

from hcai_app.cli import checks
from hcai_app.cli.checks import FaultError
from hcai_app.db.engine import Database
from hcai_app.services.call import Caller
from hcai_app.services.limits.accounts import current_account
from hcai_app.services.limits.budget import Budget
from hcai_app.services.ops import drift
from hcai_app.services.ops.drift import Drift
from hcai_app.services.redis_client import RedisClient
from tests.harness.databases import OWN_REDIS, emptied_redis
from tests.services.books import Books, entry, open_call


async def test_a_drift_of_the_gate_is_seen(
    books: Books, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drift, "AGAIN_S", 0)
    budget = Budget(books.database, 10**9)
    watch = Drift(books.database, budget, None)
    assert watch.budget_nanousd is None
    call = open_call(user_id=caller.user_id)
    await budget.reserve(caller, call)
    row = entry(id=call.id, user_id=caller.user_id, cost=300)
    budget.settle(row)
    await books.record(row)
    await watch.sample()
    assert watch.budget_nanousd == 0  # what is on its way is no drift
    budget.book([row])
    await watch.sample()
    assert watch.budget_nanousd == 0
    account = budget._accounts[current_account(caller.user_id)]
    account.spent = 100
    await watch.sample()
    assert watch.budget_nanousd == -200
    budget.forget_user(caller.user_id)
    await budget.reserve(caller, open_call(user_id=caller.user_id))
    await watch.sample()
    assert watch.budget_nanousd == 0


async def test_clocks_that_differ_are_told(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall = time.time
    with emptied_redis(OWN_REDIS):
        redis = RedisClient(OWN_REDIS)
        for step_s in (0, -60, 60):
            monkeypatch.setattr(time, "time", lambda step_s=step_s: wall() + step_s)
            await redis.beat()
            seen = [redis.clock_ahead_s, await drift.database_ahead_s(database)]
            if database.url.get_backend_name() == "sqlite":
                assert seen.pop() is None
            assert seen == pytest.approx([-step_s] * len(seen), abs=2)
        await redis.close()
    for ahead_s, words in ((60, "60 s ahead of ours"), (-60, "60 s behind ours")):
        with pytest.raises(FaultError, match=words):
            checks._check_clock(ahead_s)
    checks._check_clock(1.5)
