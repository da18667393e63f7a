"""What a dead worker left is adopted line by line: no line holds up a start, or another line."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from hcai_app.services.call import CostSource, LedgerEntry, Outcome, RunningCall
from hcai_app.services.ledger import dead_letters
from hcai_app.services.ledger.journal import Journal
from tests.services.books import Books, entry, execute, fetch, open_call, rows, sums


def dead_worker(folder: Path, *openings: RunningCall) -> None:
    """A worker that was killed while these calls ran."""
    journal = Journal(folder / "journal")
    for call in openings:
        journal.open(call)
        journal.name(call)
    os.close(journal._lock)


def answered(**fields: Any) -> RunningCall:
    """A call whose provider has sent its headers."""
    call = open_call(**fields)
    call.generation_id = f"gen-{call.id}"
    return call


@pytest.mark.parametrize("table", ["calls", "usage_hours", "key_totals", "site_days"])
async def test_adoption_waits_until_the_database_takes_the_rows(
    table: str, books: Books, tmp_path: Path
) -> None:
    dead_worker(tmp_path, *(open_call() for _ in range(3)))
    await execute(books.database, f"ALTER TABLE {table} RENAME TO away")
    assert await books.adopt() == 0
    await execute(books.database, f"ALTER TABLE away RENAME TO {table}")
    assert await books.adopt() == 3
    assert await books.adopt() == 0
    assert (await sums(books.database, "usage_hours"))[0] == 3
    assert not dead_letters.size(books.journal.folder)


async def test_what_a_dead_workers_calls_cost_is_counted_once(books: Books, tmp_path: Path) -> None:
    lost = [open_call(reserved_nanousd=7), answered()]
    dead_worker(tmp_path, *lost)
    assert await books.adopt() == 2
    assert await books.adopt() == 0
    told = {row.id: (row.settled, row.cost_source, row.cost_nanousd) for row in books.recovered}
    assert told == {lost[0].id: (True, CostSource.ESTIMATE, 7), lost[1].id: (False, None, 0)}
    assert len(books.recovered) == 2


@pytest.mark.parametrize("place", [0, 3, 6])
async def test_a_line_that_the_database_refuses_is_set_aside_and_the_others_are_adopted(
    place: int, books: Books, tmp_path: Path
) -> None:
    if books.database.is_sqlite:
        poison = open_call(reserved_nanousd=2**70, requested_model="poison")
    else:
        poison = open_call(requested_model="a\0b")
    calls = [open_call() for _ in range(6)]
    calls.insert(place, poison)
    dead_worker(tmp_path, *calls)
    assert await books.adopt() == 6
    assert await books.adopt() == 0
    found = {row["id"] for row in await rows(books.database)}
    assert found == {call.id for call in calls} - {poison.id}
    assert await sums(books.database, "key_totals") == (6, 6, 0, 0, 0, 6_000)
    (line,) = (books.journal.folder / dead_letters.FILE).read_text().split()
    assert json.loads(line)["id"] == poison.id


async def test_the_journal_of_one_dead_worker_does_not_hold_up_that_of_another(
    books: Books, tmp_path: Path
) -> None:
    lost = open_call()
    dead_worker(tmp_path, lost)
    folder = tmp_path / "journal"
    (folder / "1-7.jsonl").mkdir()  # cannot be read
    (path,) = (file for file in folder.glob("1-*.jsonl") if file.is_file())
    path.rename(folder / "2-1.jsonl")
    assert await books.adopt() == 1
    assert [row["id"] for row in await rows(books.database)] == [lost.id]


async def test_a_row_that_waits_for_its_answer_is_looked_up_when_its_worker_died(
    books: Books, tmp_path: Path
) -> None:
    call = answered()
    waiting = call.finish(Outcome.CLIENT_CLOSED, 499, settle_in_ms=660_000)
    await books.ledger.put([waiting])
    dead_worker(tmp_path, call)
    assert await books.adopt() == 0
    (row,) = await rows(books.database)
    assert (row["settled"], row["outcome"]) == (False, "client_closed")
    assert row["generation_id"] == call.generation_id
    assert row["settle_at_ms"] < (waiting.settle_at_ms or 0)


@pytest.mark.parametrize("is_written", [True, False])
async def test_the_cost_that_a_dead_worker_had_kept_settles_the_row(
    is_written: bool, books: Books, tmp_path: Path
) -> None:
    """The client had left, the answer was read while the database was away, then `kill -9`."""
    known = entry(outcome=Outcome.CLIENT_CLOSED, cost=123_450)
    if is_written:
        await books.ledger.put([_unsettled(known)])
    journal = Journal(tmp_path / "journal")
    call = open_call(id=known.id)
    journal.open(call)
    journal.keep(known, call.segment)
    os.close(journal._lock)
    await books.adopt()
    assert await books.adopt() == 0
    (row,) = await rows(books.database)
    assert (row["settled"], row["cost_source"]) == (True, CostSource.PROVIDER)
    for table in ("usage_hours", "usage_minutes", "key_totals", "site_days"):
        assert await sums(books.database, table) == (1, 0, 10, 20, 30, 123_450)


def _unsettled(row: LedgerEntry) -> LedgerEntry:
    """The row as it was when its client left."""
    call = open_call(id=row.id, started_at_ms=row.started_at_ms)
    return call.finish(Outcome.CLIENT_CLOSED, 499, settle_in_ms=660_000)


async def test_a_guess_settles_no_row_that_can_be_looked_up(books: Books, tmp_path: Path) -> None:
    """The dead worker's file had lost the id, which the row knows."""
    row = entry(cost=None)
    await books.record(row)
    dead_worker(tmp_path, open_call(id=row.id))
    assert await books.adopt() == 0
    assert await fetch(books.database, "SELECT settled, generation_id FROM calls") in (
        [(0, "gen-1")],
        [(False, "gen-1")],
    )
