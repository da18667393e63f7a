"""The filter options of a user's activity: recently used models, and keys."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from hcai_app.db.engine import Database
from hcai_app.db.tables import hours_table, keys_table
from hcai_app.services.call import LedgerEntry
from hcai_app.services.keys import keys
from hcai_app.services.ledger.refusals import RefusedCall
from hcai_app.services.usage import activity

MAX_CHOICES = 200


@dataclass(frozen=True, slots=True)
class Key:
    """A key by which calls can be filtered; ended ones too."""

    id: str
    name: str
    preview: str
    is_ended: bool
    is_revoked: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """What a user's calls can be filtered by: the models lately used, and all keys."""

    models: list[str]
    keys: list[Key]


async def key_names(
    database: Database, user_id: str, calls: Iterable[LedgerEntry | RefusedCall]
) -> dict[str, str]:
    """Return the names of the keys that calls were made with, by their ids.

    Where the user has another key of the same name, the last letters tell them apart.

    Raises:
        Unavailable: When the database is away.
    """
    key = keys_table.c
    wanted = {entry.key_id for entry in calls if entry.key_id is not None}
    twin = keys_table.alias().c
    others = select(twin.id).where(
        twin.user_id == user_id, twin.name == key.name, twin.id != key.id
    )
    query = select(key.id, key.name, key.preview, others.exists().label("has_twin")).where(
        key.user_id == user_id, key.id.in_(wanted)
    )
    found = await database.read(lambda it: it.execute(query).all(), "keys")
    return {
        row.id: told_apart(row.name, row.preview) if row.has_twin else row.name for row in found
    }


def told_apart(name: str, preview: str) -> str:
    """Return a key's name with its last letters."""
    return f"{name} (…{preview[-4:]})"


async def of_user(database: Database, user_id: str) -> Choices:
    """Return by what the user's calls can be filtered.

    Raises:
        Unavailable: When the database is away.
    """
    return await database.read(lambda it: _choices(it, user_id), "calls")


def _choices(connection: Connection, user_id: str) -> Choices:
    hours, key = hours_table.c, keys_table.c
    lately = activity.newest_hours(user_id, hours.model).limit(activity.SCANNED_HOURS).subquery()
    models = connection.scalars(select(lately.c.model).distinct().limit(MAX_CHOICES))
    owned = (
        select(key.id, key.name, key.preview, ~keys.is_active(), ~keys.is_known())
        .where(key.user_id == user_id)
        .order_by(~keys.is_active(), key.created_at.desc())
        .limit(MAX_CHOICES)
    )
    return Choices(sorted(models), [Key(*row) for row in connection.execute(owned)])
