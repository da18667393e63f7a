"""Charts: the sums of every bucket are the ledger's, for every range and grouping."""

import itertools
from collections import Counter
from datetime import UTC, datetime

import pytest

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.errors import Unavailable
from hcai_app.services.call import Caller, CostSource, Usage
from hcai_app.services.keys import keys
from hcai_app.services.ledger.reconciliation import Reconciler, Settlement
from hcai_app.services.ledger.rollups import NO_KEY
from hcai_app.services.usage import charts
from hcai_app.services.usage.charts import OTHER, SPANS, Bucket, Group, Range, Series
from tests.services.books import Books, entry, rows

# In the middle of every bucket but the day's first: 12:37:03 of a Wednesday.
NOW = datetime(2026, 7, 8, 12, 37, 3, tzinfo=UTC)
NOW_MS = clock.to_ms(NOW)
EVERY = list(itertools.product(Range, Group))


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(clock, "now_ms", lambda: NOW_MS)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return NOW_MS


async def record(books: Books, *ages_ms: int, user_id: str = "u1", **more: object) -> None:
    for age in ages_ms:
        await books.record(entry(user_id=user_id, started_at_ms=NOW_MS - age, **more))


async def of_ledger(database: Database, range: Range, group: Group) -> Counter[tuple[int, str]]:
    """What the ledger's own rows say, in calls, bucket by bucket."""
    span = SPANS[range]
    first = span.from_ms(NOW_MS)
    return Counter(
        (
            clock.floor_ms(row["started_at_ms"], span.bucket_ms),
            row["model"] if group is Group.MODEL else row["key_id"] or NO_KEY,
        )
        for row in await rows(database)
        if row["user_id"] == "u1" and row["started_at_ms"] >= first
    )


def counts(series: Series) -> dict[tuple[int, str], int]:
    return {(bucket.start_ms, bucket.name): bucket.requests for bucket in series.buckets}


async def test_every_bucket_is_the_sum_of_its_ledger_rows(books: Books, frozen: int) -> None:
    hour, day = clock.MS_PER_HOUR, clock.MS_PER_DAY
    ages = [0, 1, 2_999, 3_001, 60_000, 297_999, 300_000, hour, 23 * hour, day, 3 * day, 29 * day]
    for number, age in enumerate(ages):
        await record(books, age, age, model=f"m/{number % 3}", key_id=f"k{number % 2}")
    await record(books, *ages, key_id=None)
    await record(books, *ages, user_id="u2")
    for range, group in EVERY:
        found = await charts.series(books.database, "u1", range, group)
        assert counts(found) == dict(await of_ledger(books.database, range, group)), range
        for bucket in found.buckets:
            assert bucket.tokens == 30 * bucket.requests
            assert bucket.cost_nanousd == 500 * bucket.requests


@pytest.mark.parametrize("range", Range)
async def test_the_window_begins_with_a_whole_bucket(
    range: Range, books: Books, frozen: int
) -> None:
    span = SPANS[range]
    first = span.from_ms(frozen)
    assert first % span.bucket_ms == 0
    assert first + span.count * span.bucket_ms > frozen >= first + (span.count - 1) * span.bucket_ms
    await record(books, frozen - first, frozen - first + 1)
    found = await charts.series(books.database, "u1", range, Group.MODEL)
    assert counts(found) == {(first, "a/b"): 1}
    assert (found.from_ms, found.now_ms, found.bucket_ms) == (first, frozen, span.bucket_ms)


async def test_days_end_at_midnight_utc(books: Books, frozen: int) -> None:
    midnight = clock.floor_ms(frozen, clock.MS_PER_DAY)
    await record(books, frozen - midnight, frozen - midnight + 1)
    found = await charts.series(books.database, "u1", Range.MONTH, Group.MODEL)
    assert counts(found) == {(midnight - clock.MS_PER_DAY, "a/b"): 1, (midnight, "a/b"): 1}


@pytest.mark.parametrize("range", Range)
async def test_a_tail_holds_the_buckets_from_a_moment_on(
    range: Range, books: Books, frozen: int
) -> None:
    bucket = SPANS[range].bucket_ms
    await record(books, 0, bucket, 2 * bucket)
    whole = await charts.series(books.database, "u1", range, Group.MODEL)
    tail = await charts.series(books.database, "u1", range, Group.MODEL, since_ms=frozen - bucket)
    assert tail.from_ms == clock.floor_ms(frozen - bucket, bucket)
    assert tail.buckets == whole.buckets[1:]
    longer = await charts.series(books.database, "u1", range, Group.MODEL, since_ms=0)
    assert longer == whole


async def test_late_settling_shows_where_the_call_started(books: Books, frozen: int) -> None:
    async def lookup(_id: str) -> None:
        return None

    row = entry(user_id="u1", cost=None, started_at_ms=frozen - 200_000)
    await books.record(row)
    settler = Reconciler(books.database, books.totals, books.budget, lookup)
    await settler.settle(row, Settlement(Usage(1, 2, 0, 0, 3, 777), "x/y", CostSource.LOOKUP))
    for range, group in EVERY:
        found = await charts.series(books.database, "u1", range, group)
        start = clock.floor_ms(row.started_at_ms, SPANS[range].bucket_ms)
        name = "x/y" if group is Group.MODEL else "key_1"
        assert found.buckets == (Bucket(start, name, 1, 3, 777),), range


async def test_lesser_names_become_one(books: Books, frozen: int) -> None:
    for number in range(9):
        await record(books, *([0] * (9 - number)), model=f"m/{number}")
    found = await charts.series(books.database, "u1", Range.DAY, Group.MODEL)
    by_name = {bucket.name: bucket for bucket in found.buckets}
    assert by_name.keys() == {*(f"m/{number}" for number in range(6)), OTHER}
    assert by_name[OTHER].requests == 3 + 2 + 1
    tail = await charts.series(
        books.database, "u1", Range.DAY, Group.MODEL, since_ms=frozen - 1_000
    )
    assert len(tail.buckets) == 9
    assert charts.fold(tail, list(by_name)).buckets == found.buckets


async def test_a_dear_model_counts_as_much_as_a_busy_one(books: Books, frozen: int) -> None:
    for number in range(7):
        await record(books, 0, 0, model=f"m/{number}")
    await record(books, 0, model="dear/one", cost=1_000_000)
    found = await charts.series(books.database, "u1", Range.DAY, Group.MODEL)
    names = charts.top_names(found.buckets)
    assert names[0] == "dear/one"
    assert "m/6" not in names


async def test_keys_have_the_names_their_user_gave(
    books: Books, caller: Caller, frozen: int
) -> None:
    made = await keys.issue(books.database, "U1", "laptop", secret_key="s" * 32, max_keys=1)
    found = await charts.series(books.database, caller.user_id, Range.DAY, Group.KEY)
    assert found.labels == {made.id: "laptop", NO_KEY: "Playground"}
    others = await charts.series(books.database, "u2", Range.DAY, Group.KEY)
    assert others.labels == {NO_KEY: "Playground"}


async def test_a_database_that_is_away_is_503() -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/nothing")
    try:
        with pytest.raises(Unavailable):
            await charts.series(away, "u1", Range.DAY, Group.MODEL)
    finally:
        await away.close()
