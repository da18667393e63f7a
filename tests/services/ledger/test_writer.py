import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hcai_app.db import connections
from hcai_app.db.engine import Database
from hcai_app.services.ledger import writer
from hcai_app.services.ledger.journal import Journal
from hcai_app.services.ledger.journal_file import Segment
from tests.services.books import Books, entry, open_call, rows, sums, until
from tests.services.outages import outage_of

OF_30 = (30, 0, 300, 600, 900, 15_000)


@pytest.fixture
async def outage(migrated_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Any]:
    """A database that can go away."""
    monkeypatch.setattr(connections, "BUSY_TIMEOUT_S", 0.2)
    monkeypatch.setattr(writer, "RETRY_S", 0.1)
    made = outage_of(migrated_url)
    await made.end()
    yield made
    await made.begin()
    await made.end()
    await made.begin()


@pytest.fixture
async def shaky(outage: Any, tmp_path: Path) -> AsyncIterator[Books]:
    """Books on that database."""
    database = Database(outage.url)
    opened = Books(database, tmp_path / "journal")
    yield opened
    await opened.close()
    await database.close()


async def until_written(books: Books) -> None:
    await until(lambda: not books.ledger.backlog)


def journal_files(books: Books) -> list[Path]:
    return sorted(books.journal.folder.glob("*.jsonl"))


async def test_a_row_is_in_the_database_when_its_call_goes_on(books: Books) -> None:
    row = entry(key_id=None, generation_id=None, streamed=True)
    await books.record(row)
    (found,) = await rows(books.database)
    assert {name: found[name] for name in row.__struct_fields__} == {
        name: getattr(row, name) for name in row.__struct_fields__
    }


async def test_calls_that_end_together_share_a_transaction(books: Books) -> None:
    await asyncio.gather(*(books.record(entry(user_id=f"u{n % 3}")) for n in range(1_200)))
    assert len(await rows(books.database)) == 1_200
    assert sum(books.group_sizes) == 1_200
    assert len(books.group_sizes) <= 5
    assert await sums(books.database, "key_totals") == (1_200, 0, 12_000, 24_000, 36_000, 600_000)


async def test_a_row_handed_in_twice_is_written_once(books: Books) -> None:
    row = entry()
    await books.record(row)
    await books.record(row)
    await until_written(books)
    assert (await books.ledger.put([row, entry(id="other")])).inserted == {"other"}
    assert len(await rows(books.database)) == 2
    assert (await sums(books.database, "key_totals"))[0] == 2


async def test_closing_writes_what_waits(books: Books) -> None:
    waiting = [asyncio.create_task(books.record(entry())) for _ in range(30)]
    await asyncio.sleep(0)
    await books.close()
    await asyncio.gather(*waiting)
    assert await sums(books.database, "usage_hours") == OF_30
    assert journal_files(books) == []


async def test_while_the_database_is_away_calls_end_and_no_row_is_lost_or_doubled(
    shaky: Books, outage: Any
) -> None:
    await shaky.record(entry())
    await outage.begin()
    async with asyncio.timeout(8):
        await asyncio.gather(*(shaky.record(entry()) for _ in range(20)))
        await asyncio.gather(*(shaky.record(entry()) for _ in range(9)))  # while it retries
    assert shaky.ledger.backlog == 29
    assert sum(path.read_bytes().count(b'{"e":') for path in journal_files(shaky)) == 29
    await outage.end()
    await until_written(shaky)
    assert len(await rows(shaky.database)) == 30
    assert await sums(shaky.database, "usage_hours") == OF_30
    await shaky.record(entry())  # and on as before


async def test_a_worker_that_stops_while_the_database_is_away_leaves_its_rows_to_the_next(
    shaky: Books, outage: Any, tmp_path: Path
) -> None:
    await outage.begin()
    kept = [entry() for _ in range(3)]
    await asyncio.gather(*(shaky.record(row) for row in kept))
    async with asyncio.timeout(8):
        await shaky.close()
    await outage.end()
    successor = Books(shaky.database, tmp_path / "journal")
    assert await successor.adopt() == 3
    assert {row["id"] for row in await rows(shaky.database)} == {row.id for row in kept}
    assert await successor.adopt() == 0
    await successor.close()


@pytest.mark.parametrize("case", ["too large", "its sum is too large", "a zero byte"])
async def test_a_row_that_the_database_refuses_holds_up_no_other(case: str, books: Books) -> None:
    others = [entry(user_id="u2") for _ in range(6)]
    cost = {"too large": 2**70, "its sum is too large": 2**63 - 100}.get(case, 500)
    poison = entry(cost=cost, model="a\0b" if case == "a zero byte" else "a/b")
    if case != "too large" and books.database.is_sqlite:
        pytest.skip("SQLite takes it")
    await books.record(entry())
    async with asyncio.timeout(10):
        await asyncio.gather(*(books.record(row) for row in [*others[:2], poison, *others[2:5]]))
        await until_written(books)
        await books.record(others[5])
    written = {row["id"] for row in await rows(books.database)}
    assert written >= {row.id for row in others}
    assert poison.id not in written
    assert poison.id in (books.journal.folder / "rejected.jsonl").read_text()


async def test_a_full_disk_without_a_database_stops_nothing_for_ever(
    shaky: Books, outage: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_call()
    shaky.journal.open(opened)
    await outage.begin()
    with monkeypatch.context() as full:

        def append(_segment: Segment, _line: bytes) -> None:
            raise OSError(28, "No space left on device")

        full.setattr(Segment, "append", append)
        pending = shaky.ledger.record(entry(id=opened.id), opened.segment)
        await asyncio.sleep(0.6)
        assert not pending.done()  # neither here nor there: it is not safe yet
    await outage.end()
    async with asyncio.timeout(8):
        await pending
    assert [row["id"] for row in await rows(shaky.database)] == [opened.id]


async def test_a_killed_workers_calls_become_rows_once(books: Books, tmp_path: Path) -> None:
    dead = Journal(tmp_path / "journal")
    with_id, without_id, written = open_call(), open_call(), entry()
    for call in (with_id, without_id, open_call(id=written.id)):
        dead.open(call)
    with_id.generation_id = "gen-9"
    dead.name(with_id)
    await books.ledger.put([written])
    os.close(dead._lock)
    assert await books.adopt() == 2
    assert await books.adopt() == 0
    found = {row["id"]: row for row in await rows(books.database)}
    assert len(found) == 3
    assert found[written.id]["outcome"] == "completed"
    interrupted = found[with_id.id]
    assert (interrupted["outcome"], interrupted["settled"]) == ("interrupted", False)
    assert interrupted["generation_id"] == "gen-9"
    assert interrupted["settle_at_ms"] is not None
    lost = found[without_id.id]  # nobody can tell: what was reserved is our estimate
    assert (lost["settled"], lost["cost_source"], lost["cost_nanousd"]) == (True, "estimate", 1_000)
