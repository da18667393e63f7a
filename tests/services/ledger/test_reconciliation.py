import asyncio
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.errors import UpstreamFailed
from hcai_app.services.call import Caller, CostSource, LedgerEntry, Outcome, Usage
from hcai_app.services.ledger import reconciliation
from hcai_app.services.ledger.reconciliation import Reconciler, Settlement
from hcai_app.services.limits.budget import Budget
from tests.services.books import Books, entry, execute, open_call, rows, sums

COST = Usage(7, 8, 1, 2, 15, 4_200)


class Directory:
    """The provider's answers to `/generation`, and who was asked for."""

    def __init__(self, answer: Any = None) -> None:
        self.answer = answer
        self.asked: list[str] = []

    async def __call__(self, generation_id: str) -> Any:
        self.asked.append(generation_id)
        await asyncio.sleep(0)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Clock:
    """The time, to be set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_ms = clock.now_ms()
        monkeypatch.setattr(clock, "now_ms", lambda: self.now_ms)

    def move(self, seconds: float) -> None:
        self.now_ms += int(seconds * 1000)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def settler(
    books: Books, lookup: Directory, *on_settled: Callable[[LedgerEntry], None]
) -> Reconciler:
    return Reconciler(books.database, books.totals, books.budget, lookup, on_settled)


async def unsettled(books: Books, **fields: Any) -> LedgerEntry:
    row = entry(cost=None, **fields)
    await books.record(row)
    return row


async def the_row(database: Database) -> Any:
    (row,) = await rows(database)
    return row


async def test_a_row_is_settled_with_the_figures_that_are_billed(books: Books, time: Clock) -> None:
    lookup = Directory(("x/y", COST))
    seen: list[LedgerEntry] = []
    settling_one = settler(books, lookup, seen.append)
    row = await unsettled(books)
    assert await settling_one.settle_due() == 0  # too soon
    time.move(2)
    assert await settling_one.settle_due() == 1
    assert await settling_one.settle_due() == 0
    found = await the_row(books.database)
    assert (found["settled"], found["cost_source"], found["model"]) == (True, "lookup", "x/y")
    assert (found["cost_nanousd"], found["total_tokens"]) == (4_200, 15)
    assert found["settle_at_ms"] is None
    assert lookup.asked == ["gen-1"]
    assert [settled.id for settled in seen] == [row.id]
    assert await sums(books.database, "usage_hours", "model = 'a/b'") == (0, 0, 0, 0, 0, 0)
    assert await sums(books.database, "usage_hours", "model = 'x/y'") == (1, 0, 7, 8, 15, 4_200)


async def test_look_ups_come_at_2_5_15_60_300_seconds_and_then_seldom(
    books: Books, time: Clock
) -> None:
    lookup = Directory()
    settling_one = settler(books, lookup)
    await unsettled(books)
    start, asked = time.now_ms, []
    while time.now_ms - start < 3 * clock.MS_PER_HOUR:
        found = await the_row(books.database)
        time.now_ms = max(time.now_ms, found["settle_at_ms"])
        assert await settling_one.settle_due() == 1
        asked.append((time.now_ms - start) // 1000)
    assert asked[:6] == [2, 5, 15, 60, 300, 1200]
    assert max(b - a for a, b in pairwise(asked)) <= 3600


@pytest.mark.parametrize("answer", [None, UpstreamFailed("away"), UpstreamFailed("x", code=500)])
async def test_what_the_provider_cannot_tell_in_a_day_is_settled_by_estimate(
    answer: Any, books: Books, time: Clock
) -> None:
    settling_one = settler(books, Directory(answer))
    await unsettled(books, reserved_nanousd=9_000)
    time.move(24 * 3600 - 10)
    await settling_one.settle_due()
    assert (await the_row(books.database))["settled"] is False
    time.move(3600)
    await settling_one.settle_due()
    found = await the_row(books.database)
    assert (found["settled"], found["cost_source"]) == (True, "estimate")
    assert (found["cost_nanousd"], found["prompt_tokens"]) == (9_000, 10)
    assert (await sums(books.database, "key_totals"))[5] == 9_000


async def test_rows_that_wait_survive_a_restart(books: Books, time: Clock, tmp_path: Path) -> None:
    await unsettled(books)
    await books.close()
    time.move(1000)
    lookup = Directory((None, COST))
    successor = Books(books.database, tmp_path / "other")
    assert await settler(successor, lookup).settle_due() == 1
    assert (await the_row(books.database))["cost_nanousd"] == 4_200
    await successor.close()


async def test_while_one_worker_asks_no_other_does(books: Books, time: Clock) -> None:
    for _ in range(50):
        await unsettled(books)
    time.move(5)
    lookups = [Directory() for _ in range(3)]
    for _ in range(2):
        await asyncio.gather(*(settler(books, lookup).settle_due() for lookup in lookups))
    await settler(books, lookups[0]).settle_due()
    assert sum(len(lookup.asked) for lookup in lookups) == 50


async def test_a_worker_that_dies_asking_leaves_its_rows_to_others_soon(
    books: Books, time: Clock
) -> None:
    await unsettled(books)
    time.move(5)
    await settler(books, Directory())._claim()
    lookup = Directory((None, COST))
    assert await settler(books, lookup).settle_due() == 0
    time.move(16)
    assert await settler(books, lookup).settle_due() == 1


async def test_a_worker_that_stops_asking_leaves_its_rows_to_others_at_once(
    books: Books, time: Clock
) -> None:
    for _ in range(3):
        await unsettled(books)
    time.move(5)
    asked = asyncio.Event()

    async def hang(_generation_id: str) -> Any:
        asked.set()
        await asyncio.Event().wait()

    stopping = Reconciler(books.database, books.totals, books.budget, hang)
    task = asyncio.create_task(stopping.run())
    await asked.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    lookup = Directory((None, COST))
    assert await settler(books, lookup).settle_due() == 3
    assert await sums(books.database, "key_totals") == (3, 0, 21, 24, 45, 12_600)


async def test_a_look_up_that_hangs_is_given_up_before_others_ask(
    books: Books, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert reconciliation.LOOKUP_S * 1000 < reconciliation.LEASE_MS
    monkeypatch.setattr(reconciliation, "LOOKUP_S", 0.05)

    async def hang(_generation_id: str) -> Any:
        await asyncio.Event().wait()

    await unsettled(books)
    time.move(5)
    hung = Reconciler(books.database, books.totals, books.budget, hang)
    assert await hung.settle_due() == 1
    time.move(4)  # as after a look-up that found nothing
    assert await settler(books, Directory((None, COST))).settle_due() == 1


async def test_settlers_that_race_book_a_row_once(books: Books) -> None:
    row = await unsettled(books)
    settlers = [settler(books, Directory()) for _ in range(8)]
    settlements = [Settlement(COST, "x/y", CostSource.LOOKUP)] * 8
    await asyncio.gather(
        *(one.settle(row, how) for one, how in zip(settlers, settlements, strict=True))
    )
    for table in ("usage_hours", "key_totals", "site_days"):
        assert await sums(books.database, table) == (1, 0, 7, 8, 15, 4_200)


async def test_a_fault_at_one_row_holds_up_no_other(books: Books, time: Clock) -> None:
    async def lookup(generation_id: str) -> Any:
        if generation_id == "gen-odd":
            raise UpstreamFailed("odd")
        return None, COST

    await unsettled(books, generation_id="gen-odd")
    for n in range(60):
        await unsettled(books, generation_id=f"gen-{n}")
    time.move(5)
    one = Reconciler(books.database, books.totals, books.budget, lookup)
    while await one.settle_due():
        pass
    waiting = [row["generation_id"] for row in await rows(books.database) if not row["settled"]]
    assert waiting == ["gen-odd"]


async def test_settling_frees_what_was_reserved(books: Books, time: Clock, caller: Caller) -> None:
    budget = Budget(books.database, 1_000)
    call = open_call(user_id=caller.user_id, reserved_nanousd=5_000)
    await budget.reserve(caller, call)
    row = entry(cost=None, id=call.id, user_id=caller.user_id, reserved_nanousd=5_000)
    await books.record(row)
    budget.settle(row)
    with pytest.raises(Exception, match="running"):
        await budget.reserve(caller, open_call(user_id=caller.user_id))
    time.move(5)
    lookup = Directory((None, Usage(cost_nanousd=999)))
    await Reconciler(books.database, books.totals, budget, lookup).settle_due()
    await budget.reserve(caller, open_call(user_id=caller.user_id))  # a nano-dollar is left


async def test_the_settler_goes_on_when_the_database_was_away(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciliation, "POLL_S", 0.02)
    await unsettled(books, started_at_ms=clock.now_ms() - 10_000)
    await execute(books.database, "UPDATE calls SET settle_at_ms = 0")
    await execute(books.database, "ALTER TABLE calls RENAME TO away")
    task = asyncio.create_task(settler(books, Directory((None, COST))).run())
    await asyncio.sleep(0.2)
    await execute(books.database, "ALTER TABLE away RENAME TO calls")
    async with asyncio.timeout(8):
        while not (await the_row(books.database))["settled"]:  # noqa: ASYNC110 - no event of this
            await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize(
    ("outcome", "has_status", "has_answer", "generation_id", "cost", "source"),
    [
        (Outcome.CLIENT_CLOSED, False, False, None, 55, "estimate"),
        (Outcome.CLIENT_CLOSED, True, True, "gen-1", 0, None),
        (Outcome.INTERRUPTED, True, True, "gen-1", 0, None),
        (Outcome.REFUSED_BY_PROVIDER, True, False, None, 0, "provider"),
        (Outcome.UPSTREAM_ERROR, True, False, "gen-1", 0, "provider"),
        (Outcome.UPSTREAM_ERROR, True, True, "gen-1", 0, None),
        (Outcome.UPSTREAM_ERROR, False, False, None, 0, "estimate"),  # the connection failed
        (Outcome.COMPLETED, True, True, None, 55, "estimate"),
    ],
)
def test_a_call_whose_cost_was_not_told_is_looked_up_or_estimated(
    outcome: Outcome,
    has_status: bool,
    has_answer: bool,
    generation_id: str | None,
    cost: int,
    source: str | None,
) -> None:
    call = open_call(reserved_nanousd=55)
    call.has_status, call.has_answer, call.generation_id = has_status, has_answer, generation_id
    row = call.finish(outcome, 200)
    assert (row.cost_nanousd, row.cost_source) == (cost, source)
    assert row.settled == (source is not None)
    assert (row.settle_at_ms is None) == row.settled
