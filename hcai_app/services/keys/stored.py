"""Keys as they are stored, without their hashes: listed, found, described and exported."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select

from hcai_app import money
from hcai_app.db.engine import Database
from hcai_app.db.tables import keys_table
from hcai_app.errors import NotFound
from hcai_app.services.keys import keys, rules
from hcai_app.services.people import users


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key as it is stored, without its hash."""

    id: str
    user_id: str
    name: str
    preview: str
    created_at: datetime
    revoked_at: datetime | None
    ends_at: datetime | None
    budget_nanousd: int | None
    models: str | None
    is_on: bool
    successor_id: str | None


async def of_user(database: Database, reference: str) -> list[StoredKey]:
    """Return the user's keys, revoked ones too, oldest first; nobody gets their hashes.

    Raises:
        NotFound: When there is no such user.
        Unavailable: When the database is away.
    """
    return await database.read(lambda it: _list(it, reference), "keys")


def _list(connection: Connection, reference: str) -> list[StoredKey]:
    columns = keys_table.c
    of_user = columns.user_id == users.find(connection, reference).id
    query = select(*_stored()).where(of_user)
    ordered = query.order_by(columns.created_at, columns.id)
    return [StoredKey(*row) for row in connection.execute(ordered)]


async def find(database: Database, key_or_id: str, *, secret_key: str) -> StoredKey:
    """Return the key that itself or its id names.

    Raises:
        NotFound: When there is no such key.
        Unavailable: When the database is away.
    """
    query = select(*_stored()).where(keys.by_name(key_or_id, secret_key))
    row = await database.read(lambda it: it.execute(query).first(), "keys")
    if row is None:
        raise NotFound(keys.NO_SUCH_KEY)
    return StoredKey(*row)


def _stored() -> list[ColumnElement[Any]]:
    """Return the columns of a `StoredKey`, in its order."""
    own = {"ends_at": "expires_at"}
    return [keys_table.c[own.get(name, name)] for name in StoredKey.__dataclass_fields__]


def described(key: StoredKey) -> dict[str, Any]:
    """Return a key and its rules as an operator reads them."""
    budget = key.budget_nanousd
    return {
        "id": key.id,
        "user_id": key.user_id,
        "name": key.name,
        "preview": key.preview,
        "created_at": key.created_at,
        "revoked_at": key.revoked_at,
        "expires_at": key.ends_at,
        "budget_usd": None if budget is None else money.to_text(budget),
        "models": rules.models_in(key.models),
        "is_on": key.is_on,
        "successor_id": key.successor_id,
    }


def exported(user_id: str) -> Select[*tuple[Any, ...]]:
    """Return what reads a user's keys as their own export lists them, oldest first."""
    key = keys_table.c
    columns = (key.id, key.name, key.preview, key.created_at, key.revoked_at, *keys.RULES)
    return select(*columns).where(key.user_id == user_id).order_by(key.created_at, key.id)
