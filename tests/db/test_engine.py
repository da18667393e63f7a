"""The door: what a unit of work leaves behind, and what an error of the database becomes."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from hcai_app.db import engine
from hcai_app.db.engine import Conflict, Database
from hcai_app.errors import NotFound, Unavailable


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A database with a table of numbers."""
    made = Database(database_url)
    await run(made, "CREATE TABLE numbers (number INTEGER PRIMARY KEY)")
    yield made
    await made.close()


async def run(database: Database, statement: str) -> None:
    await database.write(lambda it: it.execute(text(statement)), "numbers")


async def numbers(database: Database) -> list[int]:
    query = text("SELECT number FROM numbers ORDER BY number")
    return await database.read(lambda it: list(it.scalars(query)), "numbers")


def away_of(tmp_path: Path, database: Database) -> Database:
    """A database of the same kind that nobody reaches."""
    folder = f"sqlite:///{tmp_path}/no/such/folder/books.db"
    return Database(folder if database.is_sqlite else "postgresql://postgres@127.0.0.1:9/none")


async def test_a_unit_that_fails_leaves_nothing_behind(database: Database) -> None:
    def fail(connection: Connection) -> None:
        connection.execute(text("INSERT INTO numbers VALUES (1)"))
        raise NotFound("There is no such thing.")

    with pytest.raises(NotFound):
        await database.write(fail, "numbers")
    assert await numbers(database) == []
    await run(database, "INSERT INTO numbers VALUES (2)")
    assert await numbers(database) == [2]


async def test_writers_take_turns(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("PostgreSQL's writers run at once")
    order: list[int] = []

    async def add(number: int) -> None:
        await database.write(lambda _connection: order.append(number), "numbers")

    await asyncio.gather(*(add(number) for number in range(50)))
    assert order == list(range(50))


async def test_a_database_that_is_away_is_a_503_which_keeps_the_reason(
    database: Database, tmp_path: Path
) -> None:
    away = away_of(tmp_path, database)
    for way in (away.read, away.write):
        with pytest.raises(Unavailable) as refused:
            await way(lambda it: it.scalar(text("SELECT 1")), "keys")
        assert refused.value.message == "Your keys cannot be reached just now; try again soon."
        assert engine.is_away(refused.value)
        assert not engine.is_unmigrated(refused.value)
        assert engine.reason(refused.value) == engine.reason(refused.value.__cause__ or OSError())
        assert "Unavailable" not in engine.reason(refused.value)
    assert not await away.answers()
    assert await database.answers()
    await away.close()


async def test_a_table_that_is_missing_is_no_outage(database: Database) -> None:
    with pytest.raises(Exception, match="strangers") as failed:
        await database.read(lambda it: it.scalar(text("SELECT 1 FROM strangers")), "keys")
    assert not isinstance(failed.value, Unavailable)
    assert engine.is_unmigrated(failed.value)


async def test_a_row_that_is_refused_is_no_outage(database: Database) -> None:
    await run(database, "INSERT INTO numbers VALUES (1)")
    with pytest.raises(Conflict) as refused:
        await run(database, "INSERT INTO numbers VALUES (1)")
    assert not engine.is_away(refused.value)


def test_a_503_of_something_else_is_no_outage() -> None:
    assert not engine.is_away(Unavailable("Too many large requests at once."))


async def test_the_files_of_sqlite_are_their_owner_s_alone(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'books.db'}")
    await run(database, "CREATE TABLE numbers (number INTEGER PRIMARY KEY)")
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == dict.fromkeys(("books.db", "books.db-wal", "books.db-shm"), 0o600)
    await database.close()
