"""The services of one worker, on a real database of each kind, with nothing in it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from hcai_app.db.engine import Database
from hcai_app.services.call import Caller
from hcai_app.services.people import users
from tests.harness.databases import empty_postgres
from tests.services.books import Books, caller_of
from tests.services.outages import PostgresOutage

OpenBooks = Callable[[], Books]


@pytest.fixture
async def database(migrated_url: str) -> AsyncIterator[Database]:
    opened = Database(migrated_url)
    yield opened
    await opened.close()


@pytest.fixture
async def books(database: Database, tmp_path: Path) -> AsyncIterator[Books]:
    """A worker's journal, ledger and roll-ups."""
    opened = Books(database, tmp_path / "journal")
    yield opened
    await opened.close()


@pytest.fixture
async def caller(database: Database) -> Caller:
    """A user who is in the database, calling with a key that is not."""
    user_id = await users.create(database, slack_id="U1", name="Ada")
    return caller_of(user_id)


@pytest.fixture
def postgres_url(migrated_postgres: str) -> Iterator[str]:
    yield migrated_postgres
    asyncio.run(empty_postgres(migrated_postgres))


@pytest.fixture
async def outage(postgres_url: str) -> AsyncIterator[PostgresOutage]:
    made = PostgresOutage(postgres_url)
    await made.end()
    yield made
    await made.begin()
