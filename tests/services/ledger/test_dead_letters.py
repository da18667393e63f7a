"""Rows that were set aside come back, once, whatever goes on meanwhile."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from hcai_app.db.engine import Database
from hcai_app.services import audit
from hcai_app.services.call import LedgerEntry
from hcai_app.services.ledger import booking, dead_letters
from hcai_app.services.ledger.journal import Journal
from tests.services.books import Books, entry, execute, rows, sums

OF_5 = (5, 0, 50, 100, 150, 2_500)
ROLL_UPS = ("usage_hours", "usage_minutes", "key_totals", "site_days")


@pytest.fixture
async def folder(books: Books) -> AsyncIterator[Path]:
    """The folder of a worker's journal, with five rows set aside."""
    for _ in range(5):
        books.journal.set_aside(entry())
    yield books.journal.folder
    assert not list(books.journal.folder.glob("*.new"))


def set_aside(folder: Path) -> list[str]:
    path = folder / dead_letters.FILE
    return [line for line in path.read_text().splitlines() if line] if path.exists() else []


async def check_books(database: Database, expected: tuple[int, ...]) -> None:
    assert len(await rows(database)) == expected[0]
    for table in ROLL_UPS:
        assert await sums(database, table) == expected


async def test_what_was_set_aside_is_written_once_with_its_roll_ups(
    books: Books, folder: Path
) -> None:
    assert await dead_letters.replay(books.database, folder) == (5, 0)
    assert await dead_letters.replay(books.database, folder) == (0, 0)
    assert dead_letters.size(folder) == 0
    await check_books(books.database, OF_5)
    (act,) = await books.database.read(audit.listed, "audit log")
    assert (act.act, act.after) == ("ledger.replay", '{"rows":5}')


async def test_nothing_set_aside_is_nothing_to_do(books: Books, tmp_path: Path) -> None:
    assert await dead_letters.replay(books.database, tmp_path / "no such folder") == (0, 0)


async def test_a_row_set_aside_twice_or_already_written_counts_once(
    books: Books, folder: Path
) -> None:
    row = entry()
    await books.record(row)
    books.journal.set_aside(row)
    books.journal.set_aside(row)
    assert await dead_letters.replay(books.database, folder) == (5, 0)
    await check_books(books.database, (6, 0, 60, 120, 180, 3_000))


async def test_a_row_that_still_waits_for_its_cost_is_settled(books: Books, folder: Path) -> None:
    row = entry()
    await books.ledger.put([msgspec.structs.replace(row, settled=False, cost_nanousd=0)])
    books.journal.set_aside(row)
    assert await dead_letters.replay(books.database, folder) == (5, 0)
    await check_books(books.database, (6, 0, 60, 120, 180, 3_000))


async def test_what_cannot_be_written_stays_aside(books: Books, folder: Path) -> None:
    poison = entry(cost=2**70)
    books.journal.set_aside(poison)
    with (folder / dead_letters.FILE).open("ab") as file:
        file.write(b'{"id": "half a li')  # the power went
    late = entry()
    books.journal.set_aside(late)
    assert await dead_letters.replay(books.database, folder) == (6, 2)
    assert [poison.id in line for line in set_aside(folder)] == [True, False]
    assert dead_letters.size(folder) > 0
    assert await dead_letters.replay(books.database, folder) == (0, 2)
    await check_books(books.database, (6, 0, 60, 120, 180, 3_000))


async def test_while_the_database_refuses_everything_all_stays_aside(
    books: Books, folder: Path
) -> None:
    before = set_aside(folder)
    await execute(books.database, "ALTER TABLE key_totals RENAME TO away")
    with pytest.raises(Exception, match="calls"):
        await dead_letters.replay(books.database, folder)
    assert set_aside(folder) == before
    await execute(books.database, "ALTER TABLE away RENAME TO key_totals")
    assert await dead_letters.replay(books.database, folder) == (5, 0)
    await check_books(books.database, OF_5)


async def test_workers_write_and_set_aside_while_rows_come_back(
    books: Books, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dead_letters, "BATCH", 2)
    neighbour = Journal(folder)
    fresh: list[LedgerEntry] = []

    async def work() -> None:
        for _ in range(20):
            fresh.append(entry())
            neighbour.set_aside(fresh[-1])
            await books.record(entry())

    replays = [dead_letters.replay(books.database, folder) for _ in range(3)]
    done = (await asyncio.gather(*replays, work()))[:3]
    last = await dead_letters.replay(books.database, folder)
    assert sum(written for written, _left in [*done, last] if written) == 25
    assert set_aside(folder) == []
    await check_books(books.database, (45, 0, 450, 900, 1_350, 22_500))
    neighbour.close()


async def test_a_replay_that_dies_in_the_middle_is_made_good_by_the_next(
    books: Books, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dead_letters, "BATCH", 2)
    put, calls = booking.put, list[int]()

    async def die(*arguments: object) -> booking.Booked:
        booked = await put(*arguments)  # type: ignore[arg-type]
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return booked

    with monkeypatch.context() as dying:
        dying.setattr(booking, "put", die)
        with pytest.raises(KeyboardInterrupt):
            await dead_letters.replay(books.database, folder)
    assert len(set_aside(folder)) == 3  # two of them are written already
    assert await dead_letters.replay(books.database, folder) == (1, 0)
    await check_books(books.database, OF_5)


async def test_the_file_stays_its_owners(books: Books, folder: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can be another user")
    path = folder / dead_letters.FILE
    os.chown(path, 12345, 12345)
    books.journal.set_aside(entry(cost=2**70))
    await dead_letters.replay(books.database, folder)
    assert (path.stat().st_uid, path.stat().st_mode & 0o777) == (12345, 0o600)
