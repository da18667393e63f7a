"""The door: what a unit of work leaves behind, and what an error of the database becomes."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
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


async def test_a_batch_that_fails_leaves_nothing_behind(database: Database) -> None:
    insert = f"INSERT INTO numbers VALUES ({'?' if database.is_sqlite else '$1'})"
    with pytest.raises((sqlite3.IntegrityError, asyncpg.UniqueViolationError)):
        await database.write_batch([(insert, (1,)), (insert, (1,))])
    assert await numbers(database) == []
    await database.write_batch([(insert, (2,)), (insert, (3,))])
    assert await numbers(database) == [2, 3]


async def test_batches_and_units_that_write_take_turns(database: Database) -> None:
    insert = f"INSERT INTO numbers VALUES ({'?' if database.is_sqlite else '$1'})"

    async def add(number: int) -> None:
        if number % 2:
            await database.write_batch([(insert, (number,))])
        else:
            await run(database, f"INSERT INTO numbers VALUES ({number})")

    await asyncio.gather(*(add(number) for number in range(40)))
    assert await numbers(database) == list(range(40))


async def test_what_nobody_waits_for_any_more_is_not_begun(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("PostgreSQL's statements are cancelled by their driver")
    is_free = threading.Event()
    first = asyncio.create_task(database.write(lambda _connection: is_free.wait(10), "numbers"))
    await asyncio.sleep(0)
    second = asyncio.create_task(run(database, "INSERT INTO numbers VALUES (1)"))
    await asyncio.sleep(0)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    is_free.set()
    assert await first
    assert await numbers(database) == []


async def test_closing_waits_for_what_is_under_way_and_refuses_what_comes(
    database: Database,
) -> None:
    if not database.is_sqlite:
        pytest.skip("asyncpg's connections have no threads")
    under_way = asyncio.create_task(run(database, "INSERT INTO numbers VALUES (1)"))
    await asyncio.sleep(0)
    await database.close()
    await under_way
    with pytest.raises(RuntimeError):
        await run(database, "INSERT INTO numbers VALUES (2)")
    again = Database(database.url.render_as_string(hide_password=False))
    assert await numbers(again) == [1]
    await again.close()


async def test_a_batch_whose_connection_broke_does_not_keep_the_next_from_one(
    database: Database,
) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has no server that ends connections")
    insert = "INSERT INTO numbers VALUES ($1)"
    await database.write_batch([(insert, (1,))])
    others = "datname = current_database() AND pid <> pg_backend_pid()"
    end = text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
    await database.read(lambda it: it.execute(end).all(), "connections")
    broken = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
    with pytest.raises(broken):
        await database.write_batch([(insert, (2,))])
    await database.write_batch([(insert, (3,))])
    assert await numbers(database) == [1, 3]


async def test_a_database_that_is_away_is_a_503_which_keeps_the_reason(
    database: Database, tmp_path: Path
) -> None:
    away = away_of(tmp_path, database)
    for way in (away.read, away.write):
        with pytest.raises(Unavailable) as refused:
            await way(lambda it: it.scalar(text("SELECT 1")), "keys")
        assert refused.value.message == "Your keys cannot be reached just now; try again soon."
        assert engine.is_away(refused.value)
        assert engine.reason(refused.value) == engine.reason(refused.value.__cause__ or OSError())
        assert "Unavailable" not in engine.reason(refused.value)
    assert not await away.answers()
    assert await database.answers()
    await away.close()


async def test_a_table_that_is_missing_is_an_outage_which_keeps_the_reason(
    database: Database,
) -> None:
    with pytest.raises(Unavailable) as failed:
        await database.read(lambda it: it.scalar(text("SELECT 1 FROM strangers")), "keys")
    assert "strangers" in engine.reason(failed.value)


async def failure(database: Database, *statements: str) -> Exception:
    """What the last of some statements ends with."""

    def work(connection: Connection) -> None:
        for statement in statements:
            connection.execute(text(statement))

    with pytest.raises(Exception) as failed:
        await database.write(work, "numbers")
    return failed.value


WAITS = {
    "08006": "connection failure",
    "0A000": "a cached plan that a migration has changed",
    "25006": "read-only transaction",
    "26000": "a prepared statement that a pooler has lost",
    "28000": "login refused",
    "40001": "serialization failure",
    "40P01": "deadlock",
    "42501": "insufficient privilege",
    "42703": "undefined column",
    "42P01": "undefined table",
    "3F000": "undefined schema",
    "53100": "disk full",
    "53200": "out of memory",
    "53300": "too many connections",
    "55P03": "lock not available",
    "57014": "statement timeout",
    "57P01": "administrator's shutdown",
    "57P03": "starting up",
    "58030": "I/O error",
    "P0001": "a trigger's exception",
    "XX000": "internal error",
}
REFUSED = ("22001", "22003", "22021", "22P02", "23502", "23503", "23505", "23514")


@pytest.mark.parametrize("state", WAITS)
async def test_what_passes_at_postgresql_is_an_outage(state: str, database: Database) -> None:
    error = await _raised(database, state)
    assert isinstance(error, Unavailable)
    assert engine.is_away(error)
    assert not engine.is_refusal(error)


@pytest.mark.parametrize("state", REFUSED)
async def test_a_value_that_postgresql_refuses_is_no_outage(state: str, database: Database) -> None:
    error = await _raised(database, state)
    assert engine.is_refusal(error)
    assert not engine.is_away(error)


async def _raised(database: Database, state: str) -> Exception:
    if database.is_sqlite:
        pytest.skip("SQLSTATE is PostgreSQL's")
    raised = f"DO $$ BEGIN RAISE EXCEPTION 'as asked' USING ERRCODE = '{state}'; END $$"
    return await failure(database, raised)


@pytest.mark.parametrize(
    "hardship",
    [
        ["PRAGMA query_only = 1", "INSERT INTO numbers VALUES (1)"],
        ["PRAGMA max_page_count = 1", "CREATE TABLE more AS SELECT randomblob(100000)"],
        ["INSERT INTO strangers VALUES (1)"],
        ["INSERT INTO numbers (strange) VALUES (1)"],
    ],
    ids=["read-only", "disk full", "no such table", "no such column"],
)
async def test_what_passes_at_sqlite_is_an_outage(hardship: list[str], database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("these are SQLite's words")
    error = await failure(database, *hardship)
    assert engine.is_away(error)
    assert not engine.is_refusal(error)


async def test_a_value_that_sqlite_refuses_is_no_outage(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("these are SQLite's words")
    await run(database, "CREATE TABLE strict (number INTEGER NOT NULL CHECK (number < 9))")
    for value in ("NULL", "10"):
        error = await failure(database, f"INSERT INTO strict VALUES ({value})")
        assert engine.is_refusal(error)
    for given in (2**70, "\ud800"):
        query, values = text("INSERT INTO strict VALUES (:given)"), {"given": given}
        with pytest.raises((OverflowError, UnicodeError)) as refused:
            await database.write(lambda it, q=query, v=values: it.execute(q, v), "numbers")
        assert engine.is_refusal(refused.value)
        assert not engine.is_away(refused.value)


async def test_a_row_that_is_refused_is_no_outage(database: Database) -> None:
    await run(database, "INSERT INTO numbers VALUES (1)")
    with pytest.raises(Conflict) as refused:
        await run(database, "INSERT INTO numbers VALUES (1)")
    assert not engine.is_away(refused.value)
    assert engine.is_refusal(refused.value)


def test_a_503_of_something_else_is_no_outage() -> None:
    assert not engine.is_away(Unavailable("Too many large requests at once."))


async def test_the_files_of_sqlite_are_their_owner_s_alone(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'books.db'}")
    await run(database, "CREATE TABLE numbers (number INTEGER PRIMARY KEY)")
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == dict.fromkeys(("books.db", "books.db-wal", "books.db-shm"), 0o600)
    await database.close()
