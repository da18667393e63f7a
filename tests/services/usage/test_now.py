"""The operators' overview: what of it is dear keeps no view waiting."""

import asyncio

import pytest

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.refreshed import Refreshed
from hcai_app.services.call import new_id
from hcai_app.services.ledger import rollups
from hcai_app.services.ledger.refusals import INSERT
from hcai_app.services.ledger.rollups import Rollups
from hcai_app.services.people import users
from hcai_app.services.usage import now
from hcai_app.services.usage.now import SiteToday


async def shown(cached: Refreshed[SiteToday]) -> SiteToday:
    """What a view shows in the end: it waits for a first reading only shortly."""
    async with asyncio.timeout(20):
        while (found := await cached.find()) is None:  # noqa: ASYNC110 - the fetch tells nobody
            await asyncio.sleep(0.01)
        return found


async def test_the_day_names_who_spends_most_and_which_rules_fire(database: Database) -> None:
    ada = await users.create(database, slack_id="UADA", name="Ada")
    bob = await users.create(database, slack_id="UBOB", name="Bob")
    at_ms = clock.now_ms()
    spent = [
        rollups.Amount(user, "", "a/b", at_ms, (1, 0, 10, 20, 30, cost))
        for user, cost in ((ada, 5), (bob, 9))
    ]
    await database.write(lambda it: Rollups("w1").add(it, spent), "sums")
    fair_use = ("/chat/completions", None, 403, "fair_use_error", "no", "cline-tools", None)
    refused = [(new_id(at_ms), ada, None, *fair_use) for _ in range(3)]
    await database.write(lambda it: INSERT.insert(it, refused), "refused calls")
    today = await shown(now.cached_today(database))
    assert [(user.name, user.cost_nanousd) for user in today.top_users] == [("Bob", 9), ("Ada", 5)]
    assert today.rules == [("cline-tools", 3)]


async def test_no_view_waits_for_the_first_sums_of_a_day(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end = asyncio.Event()

    async def slow(*_: object) -> SiteToday:
        await may_end.wait()
        return SiteToday([], [])

    monkeypatch.setattr(database, "read", slow)
    cached = now.cached_today(database)
    async with asyncio.timeout(20):
        assert await cached.find() is None
    may_end.set()
    assert await shown(cached) == SiteToday([], [])
