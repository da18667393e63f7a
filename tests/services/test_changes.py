import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from hcai_app.db.engine import Database
from hcai_app.services import changes
from hcai_app.services.changes import Follower
from tests.services.books import execute, fetch, until


class Heard:
    """What a worker has heard of."""

    def __init__(self, database: Database) -> None:
        self.changes: list[tuple[str, str | None]] = []
        self.follower = Follower(database, lambda user, key: self.changes.append((user, key)))


@pytest.fixture
async def heard(database: Database) -> AsyncIterator[Heard]:
    """A worker that follows; one change was before its time."""
    await say(database, "before")
    made = Heard(database)
    await made.follower.start()
    task = asyncio.create_task(made.follower.run())
    yield made
    task.cancel()
    # A database that is closed under a reader leaves it waiting for ever.
    await asyncio.gather(task, return_exceptions=True)


async def say(database: Database, user_id: str, key_id: str | None = None) -> None:
    await database.write(lambda it: changes.append(it, user_id, key_id), "changes")


async def test_changes_are_heard_once_within_a_second(database: Database, heard: Heard) -> None:
    await say(database, "u1", "k1")
    await say(database, "u2")
    await until(lambda: len(heard.changes) == 2, 1)
    await asyncio.sleep(2 * changes.POLL_S)
    assert heard.changes == [("u1", "k1"), ("u2", None)]


async def test_a_change_that_is_rolled_back_is_not_heard(database: Database, heard: Heard) -> None:
    def fail(connection: Connection) -> None:
        changes.append(connection, "nobody")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await database.write(fail, "changes")
    await say(database, "u1")
    await until(lambda: bool(heard.changes), 1)
    assert heard.changes == [("u1", None)]


async def test_a_lower_number_that_is_committed_later_is_heard(
    database: Database, heard: Heard
) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    other = create_async_engine(database.url)
    async with other.begin() as slow:
        await slow.run_sync(changes.append, "slow")
        for n in range(100):
            await say(database, f"quick {n}")
        await until(lambda: len(heard.changes) == 100, 2)
    await other.dispose()
    await until(lambda: ("slow", None) in heard.changes, 1)
    assert len(heard.changes) == len(set(heard.changes)) == 101


async def test_changes_are_heard_after_a_quiet_day(database: Database, heard: Heard) -> None:
    """SQLite numbers from one again when a table is empty."""
    for n in range(3):
        await say(database, f"u{n}")
    await until(lambda: len(heard.changes) == 3, 1)
    await execute(database, "UPDATE changes SET created_at = '2020-01-01 00:00:00+00:00'")
    await database.write(changes.prune, "changes")
    await asyncio.sleep(2 * changes.POLL_S)
    await say(database, "after")
    await until(lambda: ("after", None) in heard.changes, 1)


async def test_old_changes_are_deleted_and_young_ones_stay(database: Database) -> None:
    for n in range(5):
        await say(database, f"u{n}")
    await execute(
        database, "UPDATE changes SET created_at = '2020-01-01 00:00:00+00:00' WHERE id < 4"
    )
    await database.write(changes.prune, "changes")
    assert await fetch(database, "SELECT user_id FROM changes ORDER BY id") == [("u3",), ("u4",)]


async def test_the_follower_goes_on_after_an_outage(database: Database, heard: Heard) -> None:
    await execute(database, "ALTER TABLE changes RENAME TO away")
    await asyncio.sleep(2 * changes.POLL_S)
    await execute(database, "ALTER TABLE away RENAME TO changes")
    await say(database, "u1")
    await until(lambda: ("u1", None) in heard.changes, 3)
