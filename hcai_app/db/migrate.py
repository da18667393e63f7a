"""Schema migrations, under a lock.

On PostgreSQL a change of a table waits for its readers, and everybody else behind it: so it waits
a second, lets the others pass, and tries again. SQLite is locked by BEGIN IMMEDIATE, which opens
every writing unit of work.
"""

import asyncio
import logging
import time
from pathlib import Path

from alembic.config import Config
from sqlalchemy import Connection, text

from alembic import command
from hcai_app.db import engine
from hcai_app.db.engine import Database
from hcai_app.db.schema import SchemaError, is_current, is_current_on

log = logging.getLogger(__name__)

ALEMBIC_INI = Path(__file__).resolve().parents[2] / "alembic.ini"
# Advisory lock id: any number that nothing else on the server uses.
ADVISORY_LOCK = 7_241_001
LOCK_TIMEOUT_S = 1
PAUSE_S = 2
PATIENCE_S = 600
# Whoever has had a transaction open the longest.
HOLDER = """
SELECT a.pid, a.application_name, to_char(a.xact_start AT TIME ZONE 'UTC', 'HH24:MI:SS') AS since
FROM pg_stat_activity a
WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.xact_start IS NOT NULL
AND EXISTS (
    SELECT 1 FROM pg_locks l WHERE l.pid = a.pid AND l.granted AND l.locktype <> 'virtualxid'
)
ORDER BY a.xact_start LIMIT 1
"""


async def upgrade(database: Database) -> None:
    """Run the pending migrations under a lock; a second process waits for the first.

    Raises:
        SchemaError: When the database is newer than this code, or in use all the time.
        Unavailable: When the database is away.
    """
    if await is_current(database):
        return
    said = ""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            await database.alter(_upgrade, "database")
        except Exception as error:
            if not engine.is_locked(error):
                raise
        else:
            return
        holder = await _holder(database)
        if holder != said:
            log.warning("migrate waits for %s, and tries again every %.3g s", holder, PAUSE_S)
            said = holder
        await asyncio.sleep(PAUSE_S)
    raise SchemaError(f"the database is in use by {said}: end that, and run migrate again")


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_S}s'"))
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
    if is_current_on(connection):
        return
    config = Config(ALEMBIC_INI)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def _holder(database: Database) -> str:
    """Name who is in the way."""
    if database.is_sqlite:
        return "another program that writes"
    row = await database.read(lambda it: it.execute(text(HOLDER)).first(), "database")
    if row is None:
        return "a lock"
    return (
        f"process {row.pid} ({row.application_name or 'unnamed'}), which began at {row.since} UTC"
    )
