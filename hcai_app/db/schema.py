"""Whether the database has the schema that this code expects.

Read without Alembic, which takes 8 MB of a worker's memory: it is loaded by `migrate` alone, when
there is something to migrate.
"""

import re
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from hcai_app.db.engine import Database
from hcai_app.db.faults import MIGRATE
from hcai_app.errors import HcaiError

VERSIONS = Path(__file__).resolve().parents[2] / "alembic" / "versions"
# Where Alembic notes which revisions a database has.
NOTED_IN = "alembic_version"
REVISION = re.compile(r'^revision = "(\w+)"\ndown_revision = (?:"(\w+)"|None)$', re.MULTILINE)


class SchemaError(HcaiError):
    """The database does not have the current schema; the message says what to do."""


async def is_current(database: Database) -> bool:
    """Return whether the database has the schema that this code expects.

    Raises:
        SchemaError: When it is newer.
        Unavailable: When the database is away.
    """
    return await database.read(is_current_on, "database")


async def require_current(database: Database) -> None:
    """Refuse a database that does not have the schema that this code expects.

    Raises:
        SchemaError: When it is older or newer.
        Unavailable: When the database is away.
    """
    if not await is_current(database):
        raise SchemaError(f"the database is not up to date: {MIGRATE}")


def is_current_on(connection: Connection) -> bool:
    """Return whether a connection's database has the schema that this code expects.

    Raises:
        SchemaError: When it is newer.
    """
    known, head = revisions()
    found = _noted(connection)
    if unknown := sorted(found - known):
        raise SchemaError(
            f"the database is newer than this HCAI ({unknown[-1]} > {head}): "
            "install the newer version again, or restore the backup"
        )
    return found == {head}


def revisions() -> tuple[set[str], str]:
    """Return all revisions of the schema that this code knows, and the newest."""
    written = [file.read_text(encoding="utf-8") for file in VERSIONS.glob("*.py")]
    before = {found[1]: found[2] for found in map(REVISION.search, written) if found}
    (head,) = before.keys() - before.values()
    return set(before), head


def _noted(connection: Connection) -> set[str]:
    if not inspect(connection).has_table(NOTED_IN):
        return set()
    return set(connection.scalars(text(f"SELECT version_num FROM {NOTED_IN}")))  # noqa: S608
