"""The dashboard's day: what is spent and left, top models, latest calls."""

from datetime import UTC, datetime

import pytest
from limits import parse

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.errors import Unavailable
from hcai_app.services.call import Caller, Outcome
from hcai_app.services.keys import keys
from hcai_app.services.limits.budget import Budget
from hcai_app.services.limits.period import budget_period
from hcai_app.services.limits.rate import RateLimit
from hcai_app.services.people import users
from hcai_app.services.redis_client import RedisClient
from hcai_app.services.usage import dashboard
from hcai_app.services.usage.charts import Group, Range
from hcai_app.services.usage.dashboard import Snapshot
from tests.services.books import Books, entry

NOW = datetime(2026, 7, 8, 0, 20, tzinfo=UTC)
NOW_MS = clock.to_ms(NOW)
PERIOD = budget_period(NOW_MS)
DEFAULT = 4 * 10**9
LIMIT = 150


@pytest.fixture(autouse=True)
def _frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now_ms", lambda: NOW_MS)
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def limit() -> RateLimit:
    return RateLimit("chat", parse(f"{LIMIT}/30 minutes"), None)


async def look(database: Database, limit: RateLimit, user_id: str, **more: object) -> Snapshot:
    return await dashboard.read(
        database, user_id, budget=Budget(database, DEFAULT), limit=limit, **more
    )


async def record(books: Books, user_id: str, at_ms: int, **more: object) -> None:
    await books.record(entry(user_id=user_id, started_at_ms=at_ms, **more))


async def test_a_newcomer_has_everything_left(
    database: Database, caller: Caller, limit: RateLimit
) -> None:
    seen = (await look(database, limit, caller.user_id)).today
    assert (seen.requests, seen.tokens, seen.cost_nanousd, seen.models) == (0, 0, 0, ())
    assert (seen.budget_nanousd, seen.calls_left, seen.calls_limit) == (DEFAULT, LIMIT, LIMIT)
    assert seen.window_reset_ms is None
    assert seen.resets_at_ms == PERIOD.end_ms
    assert (seen.has_key, seen.has_called) == (False, False)


async def test_the_period_is_the_budgets_and_the_users_own(books: Books, limit: RateLimit) -> None:
    await record(books, "u1", PERIOD.start_ms - 1, cost=10_000)
    await record(books, "u1", PERIOD.start_ms, model="a/b")
    await record(books, "u1", NOW_MS, model="c/d", cost=900, outcome=Outcome.UPSTREAM_ERROR)
    await record(books, "u2", NOW_MS, cost=77)
    seen = (await look(books.database, limit, "u1")).today
    assert (seen.requests, seen.tokens, seen.cost_nanousd) == (2, 60, 1_400)
    assert [(use.model, use.requests, use.cost_nanousd) for use in seen.models] == [
        ("c/d", 1, 900),
        ("a/b", 1, 500),
    ]
    assert seen.has_called


async def test_the_latest_calls_come_first_with_the_names_of_their_keys(
    books: Books, caller: Caller, limit: RateLimit
) -> None:
    made = await keys.issue(books.database, "U1", "laptop", secret_key="s" * 32, max_keys=1)
    for minute in range(9):
        await record(books, caller.user_id, NOW_MS - minute * 60_000, key_id=made.id)
    await record(books, caller.user_id, NOW_MS + 1, key_id=None, cost=None)
    await record(books, "u2", NOW_MS + 2)
    latest = (await look(books.database, limit, caller.user_id)).latest
    assert len(latest) == dashboard.LATEST
    assert [call.key_name for call in latest[:2]] == [None, "laptop"]
    assert [call.is_settled for call in latest[:2]] == [False, True]
    starts = [call.started_at_ms for call in latest]
    assert starts == sorted(starts, reverse=True)


async def test_a_budget_of_ones_own_counts(
    database: Database, caller: Caller, limit: RateLimit
) -> None:
    await users.set_budget(database, "U1", 10**9)
    assert (await look(database, limit, caller.user_id)).today.budget_nanousd == 10**9


async def test_a_key_ticks_the_newcomers_step_until_it_is_revoked(
    database: Database, caller: Caller, limit: RateLimit
) -> None:
    made = await keys.issue(database, "U1", "laptop", secret_key="s" * 32, max_keys=1)
    assert (await look(database, limit, caller.user_id)).today.has_key
    await keys.revoke(database, made.id, secret_key="s" * 32)
    assert not (await look(database, limit, caller.user_id)).today.has_key


async def test_looking_at_the_window_counts_nothing(database: Database, limit: RateLimit) -> None:
    for _ in range(3):
        await limit.hit("u1")
    for _ in range(5):
        seen = (await look(database, limit, "u1")).today
    assert seen.calls_left == LIMIT - 3
    assert seen.window_reset_ms is not None
    assert (await limit.peek("u2")).remaining == LIMIT


async def test_charts_come_with_the_same_look(books: Books, limit: RateLimit) -> None:
    await record(books, "u1", NOW_MS - 20_000)
    await record(books, "u1", NOW_MS)
    pairs = [(Range.MINUTES, Group.MODEL), (Range.DAY, Group.KEY)]
    whole = (await look(books.database, limit, "u1", pairs=pairs)).tails
    assert set(whole) == set(pairs)
    assert [len(series.buckets) for series in whole.values()].count(2) >= 1
    tails = (await look(books.database, limit, "u1", pairs=pairs, since_ms=NOW_MS)).tails
    of_minutes = tails[Range.MINUTES, Group.MODEL]
    assert of_minutes.from_ms == NOW_MS - dashboard.OVERLAP_MS
    assert [bucket.requests for bucket in of_minutes.buckets] == [1]


async def test_a_window_that_redis_cannot_show_is_this_workers_own(database: Database) -> None:
    redis = RedisClient("redis://127.0.0.1:1")
    away = RateLimit("chat", parse("5/minute"), redis)
    await away.hit("u1")
    assert (await away.peek("u1")).remaining == 4
    await redis.close()


async def test_a_database_that_is_away_is_503(limit: RateLimit) -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/nothing")
    try:
        with pytest.raises(Unavailable):
            await look(away, limit, "u1")
    finally:
        await away.close()
