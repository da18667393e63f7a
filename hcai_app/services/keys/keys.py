"""API keys: issue, hash, list, revoke.

`sk-hc-v1-` and 64 hex digits; the hash is keyed with HCAI_SECRET_KEY, so that a stolen database
opens nothing.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Update, func, insert, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from hcai_app import clock, hashing
from hcai_app.db.engine import Database
from hcai_app.db.tables import keys_table
from hcai_app.errors import InvalidRequest, NotFound
from hcai_app.services import changes
from hcai_app.services.people import users

PREFIX = "sk-hc-v1-"
PATTERN = re.compile(r"sk-hc-v1-[0-9a-f]{64}")
ID_PATTERN = re.compile(r"key_[0-9a-f]{20}")
MAX_NAME = 100
NO_SUCH_KEY = "There is no such key."


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A fresh key; `secret` is shown this once and kept nowhere."""

    id: str
    name: str
    preview: str
    secret: str


def is_active() -> ColumnElement[bool]:
    """Return what is true of a key that opens the API: a condition, or a column to read."""
    return keys_table.c.revoked_at.is_(None)


def ended_at() -> ColumnElement[datetime | None]:
    """Return when a key ended, as a column to read or sort by."""
    return keys_table.c.revoked_at


def exported(user_id: str) -> Select[*tuple[Any, ...]]:
    """Return what reads a user's keys as their own export lists them, oldest first."""
    key = keys_table.c
    columns = (key.id, key.name, key.preview, key.created_at, key.revoked_at)
    return select(*columns).where(key.user_id == user_id).order_by(key.created_at, key.id)


async def issue(
    database: Database, reference: str, name: str, *, secret_key: str, max_keys: int
) -> IssuedKey:
    """Make a key for a user.

    Raises:
        NotFound: When there is no such user, or not any more.
        InvalidRequest: When the name is empty, or the user has as many active keys as they may.
    """
    label = " ".join(name.split())[:MAX_NAME]
    if not label or "\0" in label:
        raise InvalidRequest("Give the key a name.", param="name")
    key = PREFIX + secrets.token_hex(32)
    issued = IssuedKey(f"key_{secrets.token_hex(10)}", label, f"{key[:13]}…{key[-4:]}", key)
    async with database.writing() as connection:
        user = await users.find(connection, reference)
        await users.lock(connection, user["id"])
        of_user = (keys_table.c.user_id == user["id"]) & is_active()
        active = await connection.scalar(select(func.count()).where(of_user)) or 0
        if active >= max_keys:
            raise InvalidRequest(f"{max_keys} active keys are the limit: revoke one first.")
        await connection.execute(
            insert(keys_table).values(
                id=issued.id,
                user_id=user["id"],
                name=label,
                hash=hashing.keyed_hash(key, secret_key),
                preview=issued.preview,
                created_at=clock.now(),
            )
        )
    return issued


async def revoke(database: Database, key_or_id: str, *, secret_key: str) -> None:
    """End a key: new calls are refused and running ones cut on every worker within a second or two.

    Raises:
        NotFound: When there is no such key.
    """
    is_key = key_or_id.startswith(PREFIX)
    columns = keys_table.c
    named = (
        columns.hash == hashing.keyed_hash(key_or_id, secret_key)
        if is_key
        else columns.id == key_or_id
    )
    await _revoke(database, named)


async def revoke_own(database: Database, user_id: str, key_id: str) -> str:
    """End one of the user's own keys, and return its name; a key that is revoked stays so.

    Raises:
        NotFound: When the user has no such key.
    """
    if not ID_PATTERN.fullmatch(key_id):  # whatever a browser sends
        raise NotFound(NO_SUCH_KEY)
    columns = keys_table.c
    return await _revoke(database, (columns.id == key_id) & (columns.user_id == user_id))


async def revoke_all(connection: AsyncConnection, user_id: str) -> None:
    """End all keys of a user, within the caller's transaction, who tells the workers."""
    await connection.execute(_revoking(keys_table.c.user_id == user_id))


async def _revoke(database: Database, named: ColumnElement[bool]) -> str:
    columns = keys_table.c
    query = select(columns.id, columns.user_id, columns.name).where(named)
    async with database.writing() as connection:
        row = (await connection.execute(query)).first()
        if row is None:
            raise NotFound(NO_SUCH_KEY)
        await connection.execute(_revoking(columns.id == row.id))
        await changes.append(connection, row.user_id, row.id)
    return row.name


def _revoking(named: ColumnElement[bool]) -> Update:
    return update(keys_table).where(named, is_active()).values(revoked_at=clock.now())


async def of_user(database: Database, reference: str) -> list[RowMapping]:
    """Return the user's keys, revoked ones too, oldest first; nobody gets their hashes.

    Raises:
        NotFound: When there is no such user.
    """
    shown = [column for column in keys_table.c if column.name != "hash"]
    async with database.reading() as connection:
        user = await users.find(connection, reference)
        query = select(*shown).where(keys_table.c.user_id == user["id"])
        found = await connection.execute(query.order_by(keys_table.c.created_at, keys_table.c.id))
        return list(found.mappings())
