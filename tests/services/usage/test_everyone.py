"""What everyone has used together."""

import asyncio
import time

import pytest
from sqlalchemy import Connection

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.errors import Unavailable
from hcai_app.services.call import Outcome
from hcai_app.services.usage import everyone
from hcai_app.services.usage.everyone import SiteUse
from tests.services.books import Books, entry


async def test_the_sums_are_those_of_the_ledger(books: Books) -> None:
    now = clock.now_ms()
    calls = [
        entry(user_id=f"u{n % 3}", model=f"m/{n % 2}", started_at_ms=now - n * clock.MS_PER_HOUR)
        for n in range(100)
    ]
    calls.append(entry(started_at_ms=now - 40 * clock.MS_PER_DAY, outcome=Outcome.INTERRUPTED))
    await books.ledger.put(calls)
    use = await everyone.cached(books.database).get()
    assert use.people == 4
    assert (use.total.requests, use.total.tokens) == (101, 101 * 30)
    assert use.total.cost_nanousd == sum(call.cost_nanousd for call in calls)
    assert use.days.now_ms - use.days.from_ms == (everyone.DAYS - 1) * clock.MS_PER_DAY
    assert sum(bucket.requests for bucket in use.days.buckets) == 100
    assert {bucket.name for bucket in use.days.buckets} == {"m/0", "m/1"}
    assert [model for model, _ in use.models] == ["m/0", "m/1"]
    assert sum(used.tokens for _, used in use.models) == 100 * 30


async def test_a_crowd_costs_one_reading(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    read = everyone._read

    def count(connection: Connection) -> SiteUse:
        asked.append("once")
        return read(connection)

    monkeypatch.setattr(everyone, "_read", count)
    of_site = everyone.cached(books.database)
    first, *others = await asyncio.gather(*(of_site.get() for _ in range(50)))
    assert (len(asked), first.total.requests) == (1, 0)
    assert all(other is first for other in others)
    await books.ledger.put([entry()])
    monotonic = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: monotonic() + everyone.FRESH_S)
    assert (await of_site.get()).total.requests == 1


async def test_a_database_that_is_away_is_503() -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/nothing")
    try:
        with pytest.raises(Unavailable):
            await everyone.cached(away).get()
    finally:
        await away.close()
