import asyncio
import itertools
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.services.call import CostSource, LedgerEntry, Outcome, Usage
from hcai_app.services.ledger import booking
from hcai_app.services.ledger.reconciliation import Reconciler, Settlement
from hcai_app.services.ledger.rollups import MINUTES_KEPT_MS, NO_KEY, Rollups
from hcai_app.services.ops import retention
from hcai_app.services.usage import totals as stats
from tests.services.books import Books, entry, execute, fetch, open_call, rows, sums

TABLES = ("calls", "usage_hours", "usage_minutes", "key_totals", "site_days")
numbers = itertools.count()
usages = st.builds(
    Usage,
    prompt_tokens=st.integers(0, 10**6),
    completion_tokens=st.integers(0, 10**6),
    total_tokens=st.integers(0, 2 * 10**6),
    cost_nanousd=st.none() | st.integers(0, 10**12),
)


@st.composite
def entries(draw: st.DrawFn) -> LedgerEntry:
    """Rows of a few users, keys and models, started within the last day."""
    return entry(
        user_id=draw(st.sampled_from(["u1", "u2"])),
        key_id=draw(st.sampled_from(["k1", "k2", None])),
        model=draw(st.sampled_from(["a/b", "c/d"])),
        outcome=draw(st.sampled_from(list(Outcome))),
        usage=draw(usages),
        started_at_ms=clock.now_ms() - draw(st.integers(0, clock.MS_PER_DAY)),
        id=f"{next(numbers):032x}",
    )


async def ledger_sums(database: Database) -> tuple[int, ...]:
    """The truth, from the rows themselves."""
    columns = ("prompt_tokens", "completion_tokens", "total_tokens", "cost_nanousd")
    found = await rows(database)
    failed = sum(row["outcome"] in ("upstream_error", "interrupted") for row in found)
    return (len(found), failed, *(sum(row[name] for row in found) for name in columns))


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
async def test_every_roll_up_sums_to_the_ledger(data: st.DataObject, books: Books) -> None:
    for table in TABLES:
        await execute(books.database, f"DELETE FROM {table}")
    settler = _settler(books)
    written = data.draw(st.lists(entries(), max_size=12))
    for row in written:
        await books.ledger.record(row, _opened(books, row))
    for row in data.draw(st.lists(st.sampled_from(written), max_size=6)) if written else []:
        usage = data.draw(usages.filter(lambda told: told.cost_nanousd is not None))
        model = data.draw(st.sampled_from([None, "a/b", "x/y"]))
        await settler.settle(row, Settlement(usage, model, CostSource.LOOKUP))
    truth = await ledger_sums(books.database)
    for table in ("usage_hours", "usage_minutes", "key_totals", "site_days"):
        assert await sums(books.database, table) == truth, table
    for user in ("u1", "u2"):
        of_user = await sums(books.database, "usage_hours", f"user_id = '{user}'")
        totals = await stats.of_user(books.database, user)
        assert (totals.requests, totals.total_tokens) == (of_user[0], of_user[4])
        assert totals.cost_nanousd == of_user[5]


def _opened(books: Books, row: LedgerEntry) -> int:
    call = open_call(id=row.id, user_id=row.user_id)
    books.journal.open(call)
    return call.segment


def _settler(books: Books) -> Reconciler:
    async def lookup(_id: str) -> None:
        return None

    return Reconciler(books.database, books.totals, books.budget, lookup)


async def test_a_row_is_booked_where_it_started_and_settled_there(books: Books) -> None:
    start = clock.floor_ms(clock.now_ms(), clock.MS_PER_HOUR) - clock.MS_PER_HOUR + 61_000
    row = entry(cost=None, started_at_ms=start, key_id=None)
    await books.record(row)
    where = f"start_ms = {start - 61_000} AND key_id = '{NO_KEY}' AND model = 'a/b'"
    assert (await sums(books.database, "usage_hours", where))[5] == 0
    usage = Usage(1, 2, 0, 0, 3, 777)
    await _settler(books).settle(row, Settlement(usage, None, CostSource.LOOKUP))
    assert await sums(books.database, "usage_hours", where) == (1, 0, 1, 2, 3, 777)
    minute = f"start_ms = {start - 1_000}"
    assert await sums(books.database, "usage_minutes", minute) == (1, 0, 1, 2, 3, 777)
    day = f"start_ms = {clock.floor_ms(start, clock.MS_PER_DAY)} AND worker = 'w1'"
    assert await sums(books.database, "site_days", day) == (1, 0, 1, 2, 3, 777)


async def test_a_key_tells_when_it_was_last_used(books: Books) -> None:
    now = clock.now_ms()
    for started in (now - 5_000, now, now - 9_000):
        await books.record(entry(started_at_ms=started))
    assert await fetch(books.database, "SELECT last_call_ms FROM key_totals") == [(now,)]


async def test_workers_add_to_rows_of_their_own_and_never_deadlock(
    books: Books, tmp_path: Path
) -> None:
    others = [Books(books.database, tmp_path / "journal", f"w{n}") for n in range(2, 5)]
    for other in (books, *others):
        for n in range(40):
            row = entry(user_id=f"u{n % 4}", model=f"m/{n % 3}", key_id=f"k{n % 2}")
            other.ledger.record(row, _opened(other, row))
    for other in others:
        await other.close()
    await books.close()
    assert await sums(books.database, "site_days") == (160, 0, 1_600, 3_200, 4_800, 80_000)
    for worker in ("w1", "w2", "w3", "w4"):
        assert (await sums(books.database, "site_days", f"worker = '{worker}'"))[0] == 40


@pytest.mark.parametrize("model", [None, "x/y"])
async def test_minutes_are_kept_for_25_hours(model: str | None, books: Books) -> None:
    old = entry(cost=None, started_at_ms=clock.now_ms() - MINUTES_KEPT_MS - 60_000)
    recent = entry(started_at_ms=clock.now_ms() - MINUTES_KEPT_MS + 120_000)
    await books.record(old)
    await books.record(recent)
    assert (await sums(books.database, "usage_minutes"))[0] == 1
    await _settler(books).settle(old, Settlement(Usage(cost_nanousd=9), model, CostSource.LOOKUP))
    assert await sums(books.database, "usage_minutes") == (1, 0, 10, 20, 30, 500)
    assert await sums(books.database, "usage_hours") == (2, 0, 10, 20, 30, 509)
    await execute(books.database, f"UPDATE usage_minutes SET start_ms = start_ms - {180_000}")
    await retention.clean(books.database, 400)
    assert (await sums(books.database, "usage_minutes"))[0] == 0
    assert (await sums(books.database, "usage_hours"))[0] == 2


async def test_workers_that_write_rows_of_the_same_users_wait_and_never_deadlock(
    migrated_url: str,
) -> None:
    if migrated_url.startswith("sqlite"):
        pytest.skip("SQLite has one writer at a time")
    databases = [Database(migrated_url) for _ in range(4)]

    async def write(number: int) -> None:
        ways, totals = (booking.insert, booking.put), Rollups(f"w{number}")
        for turn in range(25):
            users = random.sample(["u1", "u2", "u3", "u4"], 4)
            group = [entry(user_id=user, id=f"{next(numbers):032x}") for user in users]
            await ways[(number + turn) % 2](databases[number], totals, group)

    await asyncio.gather(*map(write, range(len(databases))))
    for table in TABLES[1:]:
        assert (await sums(databases[0], table))[0] == 4 * 25 * 4
    for database in databases:
        await database.close()
