import asyncio
import logging
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlmodel import SQLModel

from alembic import command
from hcai_app.db import migrate, models, schema
from hcai_app.db.engine import COMMAND_TIMEOUT_S, Database
from tests.harness.processes import ROOT, clean_environment

UPGRADE = """
import asyncio, sys
from hcai_app.db import migrate, schema
from hcai_app.db.engine import Database

async def upgrade():
    database = Database(sys.argv[1])
    await migrate.upgrade(database)
    assert await schema.is_current(database)
    await database.close()

asyncio.run(upgrade())
"""


@pytest.fixture
async def empty(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


def differences(connection: Connection) -> Any:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return compare_metadata(context, SQLModel.metadata)


def downgrade(connection: Connection, revision: str) -> None:
    config = Config(migrate.ALEMBIC_INI)
    config.attributes["connection"] = connection
    command.downgrade(config, revision)


async def tables_of(database: Database) -> set[str]:
    return set(await database.read(lambda it: inspect(it).get_table_names(), "tables"))


async def test_the_migrations_make_what_the_models_say(empty: Database) -> None:
    assert models.__all__
    await migrate.upgrade(empty)
    assert await empty.read(differences, "tables") == []


def test_the_revisions_are_read_as_alembic_reads_them() -> None:
    scripts = ScriptDirectory.from_config(Config(migrate.ALEMBIC_INI))
    known = {script.revision for script in scripts.walk_revisions()}
    assert schema.revisions() == (known, scripts.get_current_head())


async def test_an_empty_database_is_brought_up_and_a_second_time_nothing_happens(
    empty: Database,
) -> None:
    assert not await schema.is_current(empty)
    await migrate.upgrade(empty)
    assert await schema.is_current(empty)
    tables = await tables_of(empty)
    assert tables == {*SQLModel.metadata.tables, "alembic_version"}
    await migrate.upgrade(empty)
    assert await tables_of(empty) == tables


async def test_every_migration_can_be_taken_back(empty: Database) -> None:
    await migrate.upgrade(empty)
    await empty.write(lambda it: downgrade(it, "base"), "tables")
    assert await tables_of(empty) == {"alembic_version"}
    assert not await schema.is_current(empty)
    await migrate.upgrade(empty)
    assert await schema.is_current(empty)


async def test_processes_that_start_at_once_migrate_once(database_url: str) -> None:
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            UPGRADE,
            database_url,
            cwd=ROOT,
            env=clean_environment(),
            stderr=subprocess.PIPE,
        )
        for _ in range(4)
    ]
    results = await asyncio.gather(*(process.communicate() for process in processes))
    errors = [error.decode() for _out, error in results]
    assert [process.returncode for process in processes] == [0, 0, 0, 0], errors


def test_the_command_line_migrates_what_the_settings_name(database_url: str) -> None:
    env = {**clean_environment(), "DATABASE_URL": database_url, "HOME": os.environ["HOME"]}
    for arguments in (["hcai_app", "migrate"], ["alembic", "check"]):
        done = subprocess.run(
            [sys.executable, "-m", *arguments], cwd=ROOT, env=env, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()


@asynccontextmanager
async def reading(database: Database, statement: str) -> AsyncIterator[asyncpg.Connection]:
    """A transaction that stays open, as a backup's does."""
    url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(url, server_settings={"application_name": "pg_dump"})
    try:
        async with connection.transaction():
            await connection.execute(statement)
            yield connection
    finally:
        await connection.close()


async def test_a_backup_keeps_migrate_waiting_and_nobody_else(
    empty: Database, caplog: pytest.LogCaptureFixture
) -> None:
    if empty.is_sqlite:
        pytest.skip("SQLite's readers are in nobody's way")
    caplog.set_level(logging.WARNING)
    await migrate.upgrade(empty)
    await empty.write(lambda it: downgrade(it, "0002"), "tables")
    async with reading(empty, "SELECT 1 FROM users"):
        migrating = asyncio.create_task(migrate.upgrade(empty))
        longest_s = 0.0
        while "migrate waits" not in caplog.text:  # a try, and its end
            began = time.monotonic()
            await empty.read(lambda it: it.scalar(text("SELECT count(*) FROM users")), "users")
            longest_s = max(longest_s, time.monotonic() - began)
            await asyncio.sleep(0.02)
        assert not migrating.done()
    await migrating
    assert await schema.is_current(empty)
    assert longest_s < migrate.LOCK_TIMEOUT_S + 1.5
    (line,) = [record.getMessage() for record in caplog.records if "migrate" in record.getMessage()]
    assert "(pg_dump), which began at" in line


async def test_a_change_of_tables_may_take_longer_than_an_answer(empty: Database) -> None:
    if empty.is_sqlite:
        pytest.skip("SQLite's statements have no time limit")
    slow = text(f"SELECT pg_sleep({COMMAND_TIMEOUT_S + 0.5})")
    await empty.alter(lambda it: it.execute(slow), "tables")


async def test_a_lock_that_never_ends_is_named(
    empty: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if empty.is_sqlite:
        pytest.skip("the same loop, after five seconds a try")
    monkeypatch.setattr(migrate, "PAUSE_S", 0.1)
    monkeypatch.setattr(migrate, "PATIENCE_S", 1.5)
    lock = f"SELECT pg_advisory_xact_lock({migrate.ADVISORY_LOCK})"
    async with reading(empty, lock):
        with pytest.raises(schema.SchemaError, match=r"in use by process .*pg_dump"):
            await migrate.upgrade(empty)
