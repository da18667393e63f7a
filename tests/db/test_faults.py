"""What is wrong with the database is one line that says what to do."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from hcai_app.db import faults, migrate, schema
from hcai_app.db.engine import Database
from tests.harness.databases import SERVER, postgres_database
from tests.harness.pooler import pooler


@pytest.fixture
def postgres() -> Iterator[str]:
    with postgres_database() as url:
        yield url


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


async def fault(url: str) -> str:
    async with opened(url) as database:
        with pytest.raises(faults.DatabaseFault) as caught, faults.explained(database):
            await migrate.upgrade(database)
    assert len(caught.value.message.splitlines()) == 1
    return caught.value.message


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (f"{SERVER}/no_such_database", "createdb no_such_database"),
        ("postgresql://nobody_here:pw@127.0.0.1:5432/x", "check user and password"),
        ("postgresql://u@127.0.0.1:1/x", "nothing listens at 127.0.0.1:1"),
        ("postgresql://u@no-host.invalid/x", "%40"),
        ("postgresql:///x?host=/no/such/folder", "nothing listens"),
        (f"{SERVER}/postgres?sslmode=require", "sslmode"),
        (f"{SERVER}/postgres?options=-c%20nonsense%3D1", "nonsense"),
        (f"{SERVER}/postgres?target_session_attrs=standby", "standby"),
    ],
)
@pytest.mark.usefixtures("postgres")
async def test_a_server_that_cannot_be_used_says_why(url: str, says: str) -> None:
    line = await fault(url)
    assert says in line
    assert "DATABASE_URL" in line
    assert "pw" not in line


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: None, "writable"),
        (lambda path: path.mkdir(parents=True), "cannot be opened"),
        (lambda path: _write(path, b"no database at all, " * 100), "no SQLite database"),
        (lambda path: _make_table(path), "that HCAI did not make"),
    ],
)
async def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, make, says: str) -> None:
    path = tmp_path / "folder" / "x.db"
    make(path)
    line = await fault(f"sqlite:///{path}")
    assert says in line
    assert "DATABASE_URL" in line


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)


def _make_table(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE users (id TEXT)")
    connection.close()


async def test_a_database_that_is_newer_is_named_everywhere(database_url: str) -> None:
    async with opened(database_url) as database:
        await migrate.upgrade(database)
        newer = text("UPDATE alembic_version SET version_num = '9999'")
        await database.write(lambda it: it.execute(newer), "database")
        for ask in (migrate.upgrade, schema.is_current, schema.require_current):
            with pytest.raises(
                schema.SchemaError, match=r"newer than this HCAI \(9999 > 0"
            ) as told:
                await ask(database)
            assert "install the newer version again, or restore the backup" in str(told.value)


async def test_a_pooler_in_transaction_mode_is_named_at_the_first_look(postgres: str) -> None:
    async with pooler("127.0.0.1", 5432) as port:
        async with opened(postgres) as direct:
            assert not await direct.is_pooled_by_transaction()
        pooled_url = postgres.replace(":5432", f":{port}")
        async with opened(pooled_url) as pooled:  # one that knows statements would not mind
            with pytest.raises(faults.DatabaseFault) as caught, faults.explained(pooled):
                assert not await pooled.is_pooled_by_transaction()
        assert "pool by session" in caught.value.message
