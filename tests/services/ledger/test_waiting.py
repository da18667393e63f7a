"""What the database refuses for a passing reason waits in the journal, and is written later."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from hcai_app.db import engine
from hcai_app.db.engine import Database
from hcai_app.services.call import LedgerEntry, Outcome
from hcai_app.services.ledger import dead_letters, writer
from tests.services import hardships
from tests.services.books import Books, entry, open_call, rows, sums, until
from tests.services.hardships import Hardship, locked, missing, read_only, without

ROLL_UPS = ("usage_hours", "usage_minutes", "key_totals", "site_days")
TABLES = ("calls", *ROLL_UPS)
AT_ANY = {f"{table} is missing": missing(table) for table in TABLES}
AT_POSTGRES = {
    **{f"no right to insert into {table}": without("INSERT", table) for table in TABLES},
    **{f"no right to update {table}": without("UPDATE", table) for table in ROLL_UPS},
    "no right at all": without("ALL", "calls"),
    "read-only": read_only,
    "calls locked": locked("calls"),
    "a roll-up locked": locked("key_totals"),
}


@pytest.fixture
async def opened(
    migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Books]:
    """Books of a worker who is not the owner of the database."""
    monkeypatch.setattr(engine, "COMMAND_TIMEOUT_S", 0.5)
    monkeypatch.setattr(writer, "RETRY_S", 0.1)
    if migrated_url.startswith("sqlite"):
        database = Database(migrated_url)
        books = Books(database, tmp_path / "journal")
        yield books
        await books.close()
        await database.close()
        return
    async with hardships.a_role(migrated_url) as url:
        database = Database(url)
        books = Books(database, tmp_path / "journal")
        yield books
        await books.close()
        await database.close()


async def check_books(books: Books, count: int) -> None:
    """Nothing is lost, nothing doubled, nothing set aside, and every roll-up is right."""
    await until(lambda: not books.ledger.backlog, 15)
    assert len(await rows(books.database)) == count
    for table in ROLL_UPS:
        expected = (count, 0, 10 * count, 20 * count, 30 * count, 500 * count)
        assert await sums(books.database, table) == expected
    assert dead_letters.size(books.journal.folder) == 0


async def _record(books: Books, count: int) -> None:
    await asyncio.gather(*(books.record(entry(user_id=f"u{n % 3}")) for n in range(count)))


async def _hold(books: Books, hardship: Hardship) -> None:
    await _record(books, 5)
    async with hardship(books.database):
        async with asyncio.timeout(8):
            await _record(books, 20)  # calls end
            await _record(books, 20)
        assert books.ledger.backlog == 40
    await check_books(books, 45)
    await _record(books, 5)
    await check_books(books, 50)


@pytest.mark.parametrize("what", AT_ANY)
async def test_rows_wait_for_a_table(what: str, opened: Books) -> None:
    await _hold(opened, AT_ANY[what])


@pytest.mark.parametrize("what", AT_POSTGRES)
async def test_rows_wait_for_what_postgresql_refuses_for_now(what: str, opened: Books) -> None:
    if opened.database.is_sqlite:
        pytest.skip("SQLite has no roles, and no locks of tables")
    await _hold(opened, AT_POSTGRES[what])


async def test_a_bad_row_among_those_that_wait_is_the_only_one_set_aside(opened: Books) -> None:
    poison = entry(cost=2**70)
    async with missing("usage_hours")(opened.database), asyncio.timeout(8):
        await _record(opened, 20)
        await opened.record(poison)
        await _record(opened, 20)
    await until(lambda: not opened.ledger.backlog, 15)
    assert poison.id in (opened.journal.folder / dead_letters.FILE).read_text()
    (opened.journal.folder / dead_letters.FILE).unlink()
    await check_books(opened, 40)


def left(**fields: object) -> tuple[LedgerEntry, LedgerEntry]:
    """A row as it is when its client leaves, and as it is when the answer was read."""
    call = open_call(**fields)
    before = call.finish(Outcome.CLIENT_CLOSED, 499, settle_in_ms=660_000)
    known = entry(id=call.id, started_at_ms=call.opening.started_at_ms)
    return before, msgspec.structs.replace(known, outcome=before.outcome, status=499)


@pytest.mark.parametrize("row_waits", [True, False], ids=["row waits too", "row is written"])
@pytest.mark.parametrize("table", ["calls", "key_totals"])
async def test_the_cost_of_a_call_that_its_client_left_waits_too(
    table: str, row_waits: bool, opened: Books
) -> None:
    pairs = [left() for _ in range(10)]
    if not row_waits:
        await asyncio.gather(*(_leave(opened, before) for before, _known in pairs))
    async with missing(table)(opened.database), asyncio.timeout(8):
        if row_waits:
            await asyncio.gather(*(_leave(opened, before) for before, _known in pairs))
        for _before, known in pairs:
            await _amend(opened, known)
    await check_books(opened, 10)
    for row in await rows(opened.database):
        assert (row["settled"], row["cost_source"]) == (True, "provider")
        assert (row["outcome"], row["generation_id"]) == ("client_closed", "gen-1")


async def test_a_cost_that_comes_at_once_is_booked_at_once(opened: Books) -> None:
    before, known = left()
    await asyncio.gather(_leave(opened, before), _amend(opened, known))
    await _amend(opened, known)  # booked once, however often it is told
    await check_books(opened, 1)


async def test_an_id_without_a_cost_makes_the_row_due(opened: Books) -> None:
    before, known = left()
    await _leave(opened, before)
    soon = msgspec.structs.replace(
        before, generation_id="gen-7", settle_at_ms=known.started_at_ms + 2_000
    )
    async with missing("calls")(opened.database), asyncio.timeout(8):
        await _amend(opened, soon)
    await until(lambda: not opened.ledger.backlog, 15)
    (row,) = await rows(opened.database)
    assert (row["settled"], row["generation_id"]) == (False, "gen-7")
    assert row["settle_at_ms"] == soon.settle_at_ms


async def _leave(books: Books, row: LedgerEntry) -> None:
    """The client leaves: its row is written, and its answer is waited for."""
    opened = open_call(id=row.id)
    books.journal.open(opened)
    books.journal.hold(opened)
    await books.ledger.record(row, opened.segment)


async def _amend(books: Books, known: LedgerEntry) -> None:
    call = open_call(id=known.id)
    books.journal.open(call)
    await books.ledger.record(known, call.segment, is_amendment=True)
