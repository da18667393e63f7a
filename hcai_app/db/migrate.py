"""Schema migrations, under a lock, and the check whether the schema is current."""

from pathlib import Path

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from alembic import command
from hcai_app.db.engine import Database

ALEMBIC_INI = Path(__file__).resolve().parents[2] / "alembic.ini"
# Advisory lock id: any number that nothing else on the server uses.
ADVISORY_LOCK = 7_241_001


async def upgrade(database: Database) -> None:
    """Run the pending migrations under a lock; a second process waits for the first.

    SQLite is locked by BEGIN IMMEDIATE, which opens every writing unit of work.

    Raises:
        Unavailable: When the database is away.
    """
    await database.write(_upgrade, "database")


async def is_current(database: Database) -> bool:
    """Return whether the database has the schema that this code expects.

    Raises:
        Unavailable: When the database is away.
    """
    current = await database.read(
        lambda it: MigrationContext.configure(it).get_current_revision(), "database"
    )
    return current == ScriptDirectory.from_config(Config(ALEMBIC_INI)).get_current_head()


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
    config = Config(ALEMBIC_INI)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
