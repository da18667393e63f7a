import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from hcai_app.db.engine import Database
from hcai_app.services import changes
from hcai_app.services.changes import Follower
from tests.services.books import execute, until


class Heard:
    """What a worker has heard of."""

    def __init__(self, database: Database) -> None:
        self.changes: list[tuple[str, str | None]] = []
        self.follower = Follower(database, lambda user, key: self.changes.append((user, key)))


@pytest.fixture
async def heard(database: Database) -> AsyncIterator[Heard]:
    """A worker that follows; one change was before its time."""
    async with database.writing() as connection:
        await changes.append(connection, "before")
    made = Heard(database)
    await made.follower.start()
    task = asyncio.create_task(made.follower.run())
    yield made
    task.cancel()
    # A database that is closed under a reader leaves it waiting for ever.
    await asyncio.gather(task, return_exceptions=True)


async def say(database: Database, user_id: str, key_id: str | None = None) -> None:
    async with database.writing() as connection:
        await changes.append(connection, user_id, key_id)


async def test_changes_are_heard_once_within_a_second(database: Database, heard: Heard) -> None:
    await say(database, "u1", "k1")
    await say(database, "u2")
    await until(lambda: len(heard.changes) == 2, 1)
    await asyncio.sleep(2 * changes.POLL_S)
    assert heard.changes == [("u1", "k1"), ("u2", None)]


async def test_a_change_that_is_rolled_back_is_not_heard(database: Database, heard: Heard) -> None:
    with pytest.raises(RuntimeError):
        async with database.writing() as connection:
            await changes.append(connection, "nobody")
            raise RuntimeError
    await say(database, "u1")
    await until(lambda: bool(heard.changes), 1)
    assert heard.changes == [("u1", None)]


async def test_a_lower_number_that_is_committed_later_is_heard(
    database: Database, heard: Heard
) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    async with database.writing() as slow:
        await changes.append(slow, "slow")
        for n in range(100):
            await say(database, f"quick {n}")
        await until(lambda: len(heard.changes) == 100, 2)
    await until(lambda: ("slow", None) in heard.changes, 1)
    assert len(heard.changes) == len(set(heard.changes)) == 101


async def test_changes_are_heard_after_a_quiet_day(database: Database, heard: Heard) -> None:
    """SQLite numbers from one again when a table is empty."""
    for n in range(3):
        await say(database, f"u{n}")
    await until(lambda: len(heard.changes) == 3, 1)
    await execute(database, "UPDATE changes SET created_at = '2020-01-01 00:00:00+00:00'")
    async with database.writing() as connection:
        await changes.prune(connection)
    await asyncio.sleep(2 * changes.POLL_S)
    await say(database, "after")
    await until(lambda: ("after", None) in heard.changes, 1)


async def test_old_changes_are_deleted_and_young_ones_stay(database: Database) -> None:
    for n in range(5):
        await say(database, f"u{n}")
    await execute(
        database, "UPDATE changes SET created_at = '2020-01-01 00:00:00+00:00' WHERE id < 4"
    )
    async with database.writing() as connection:
        await changes.prune(connection)
    async with database.reading() as connection:
        left = await connection.scalars(text("SELECT user_id FROM changes ORDER BY id"))
        assert list(left) == ["u3", "u4"]


async def test_the_follower_goes_on_after_an_outage(database: Database, heard: Heard) -> None:
    await execute(database, "ALTER TABLE changes RENAME TO away")
    await asyncio.sleep(2 * changes.POLL_S)
    await execute(database, "ALTER TABLE away RENAME TO changes")
    await say(database, "u1")
    await until(lambda: ("u1", None) in heard.changes, 3)
