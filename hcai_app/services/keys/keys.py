"""API keys: issue, hash, list, revoke.

`sk-hc-v1-` and 64 hex digits; the hash is keyed with HCAI_SECRET_KEY, so that a stolen database
opens nothing.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Update, func, insert, select, update

from hcai_app import clock, formatting, hashing
from hcai_app.db.engine import Database
from hcai_app.db.tables import keys_table
from hcai_app.errors import InvalidRequest, NotFound, RateLimited
from hcai_app.services import audit, changes
from hcai_app.services.audit import Act
from hcai_app.services.people import users

PREFIX = "sk-hc-v1-"
PATTERN = re.compile(r"sk-hc-v1-[0-9a-f]{64}")
ID_PATTERN = re.compile(r"key_[0-9a-f]{20}")
MAX_NAME = 100
# Revoked keys stay as rows. Where many may be active, four times as many may be made in a day.
MADE_A_DAY = 100
DAY = timedelta(days=1)
NO_SUCH_KEY = "There is no such key."


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A fresh key; `secret` is shown this once and kept nowhere."""

    id: str
    name: str
    preview: str
    secret: str


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key as it is stored, without its hash."""

    id: str
    user_id: str
    name: str
    preview: str
    created_at: datetime
    revoked_at: datetime | None


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
    database: Database,
    reference: str,
    name: str,
    *,
    secret_key: str,
    max_keys: int,
    actor: str | None = None,
) -> IssuedKey:
    """Make a key for a user; `actor` is the admin who does it in their place.

    Raises:
        NotFound: When there is no such user, or not any more.
        InvalidRequest: When the name is empty, or the user has as many active keys as they may.
        RateLimited: When they have made too many in a day.
        Unavailable: When the database is away.
    """
    line = formatting.one_line(name)
    if not line:
        raise InvalidRequest("Give the key a name of letters and signs.", param="name")
    label = line[:MAX_NAME]
    key = PREFIX + secrets.token_hex(32)
    issued = IssuedKey(f"key_{secrets.token_hex(10)}", label, f"{key[:13]}…{key[-4:]}", key)
    row = {
        "id": issued.id,
        "name": label,
        "hash": hashing.keyed_hash(key, secret_key),
        "preview": issued.preview,
        "created_at": clock.now(),
    }

    def work(connection: Connection) -> None:
        user_id = _insert(connection, reference, row, max_keys)
        if actor is not None:
            audit.append(connection, Act("keys.create", actor, user_id, issued.id))

    await database.write(work, "keys")
    return issued


def _insert(connection: Connection, reference: str, row: dict[str, Any], max_keys: int) -> str:
    user_id = users.find(connection, reference).id
    users.lock(connection, user_id)
    of_user = (keys_table.c.user_id == user_id) & is_active()
    active = connection.scalar(select(func.count()).where(of_user)) or 0
    if active >= max_keys:
        raise InvalidRequest(f"{max_keys} active keys are the limit: revoke one first.")
    _check_made_lately(connection, user_id, max(MADE_A_DAY, 4 * max_keys))
    connection.execute(insert(keys_table).values(user_id=user_id, **row))
    return user_id


def _check_made_lately(connection: Connection, user_id: str, most: int) -> None:
    """Bound the rows that making and revoking keys leaves behind.

    Raises:
        RateLimited: When the user has made so many keys in a day.
    """
    columns, begin = keys_table.c, clock.now() - DAY
    lately = (columns.user_id == user_id) & (columns.created_at > begin)
    query = select(func.count(), func.min(columns.created_at)).where(lately)
    made, first = connection.execute(query).one()
    if made >= most:
        wait_s = int((first - begin).total_seconds()) + 1
        raise RateLimited(f"You have made {made} keys in a day; make the next one later.", wait_s)


async def revoke(
    database: Database, key_or_id: str, *, secret_key: str, actor: str = audit.COMMAND_LINE
) -> None:
    """End a key: new calls are refused and running ones cut on every worker within a second or two.

    Raises:
        NotFound: When there is no such key.
        Unavailable: When the database is away.
    """
    named = _named(key_or_id, secret_key)

    def work(connection: Connection) -> None:
        key = _revoke(connection, named)
        audit.append(connection, Act("keys.revoke", actor, key.user_id, key.id))

    await database.write(work, "keys")


def _named(key_or_id: str, secret_key: str) -> ColumnElement[bool]:
    columns = keys_table.c
    if key_or_id.startswith(PREFIX):
        return columns.hash == hashing.keyed_hash(key_or_id, secret_key)
    return columns.id == key_or_id


def find_id(connection: Connection, key_or_id: str, *, secret_key: str) -> str:
    """Return the id of a key that itself or its id names.

    Raises:
        NotFound: When there is no such key.
    """
    named = _named(key_or_id, secret_key)
    if (found := connection.scalar(select(keys_table.c.id).where(named))) is None:
        raise NotFound(NO_SUCH_KEY)
    return found


async def revoke_own(database: Database, user_id: str, key_id: str) -> str:
    """End one of the user's own keys, and return its name; a key that is revoked stays so.

    Raises:
        NotFound: When the user has no such key.
        Unavailable: When the database is away.
    """
    if not ID_PATTERN.fullmatch(key_id):  # whatever a browser sends
        raise NotFound(NO_SUCH_KEY)
    columns = keys_table.c
    named = (columns.id == key_id) & (columns.user_id == user_id)
    return (await database.write(lambda it: _revoke(it, named), "keys")).name


def revoke_all(connection: Connection, user_id: str) -> None:
    """Revoke all keys of a user in the caller's transaction; the caller appends the change."""
    connection.execute(_revoking(keys_table.c.user_id == user_id))


def _revoke(connection: Connection, named: ColumnElement[bool]) -> Row[*tuple[Any, ...]]:
    columns = keys_table.c
    row = connection.execute(select(columns.id, columns.user_id, columns.name).where(named)).first()
    if row is None:
        raise NotFound(NO_SUCH_KEY)
    connection.execute(_revoking(columns.id == row.id))
    changes.append(connection, row.user_id, row.id)
    return row


def _revoking(named: ColumnElement[bool]) -> Update:
    return update(keys_table).where(named, is_active()).values(revoked_at=clock.now())


async def of_user(database: Database, reference: str) -> list[StoredKey]:
    """Return the user's keys, revoked ones too, oldest first; nobody gets their hashes.

    Raises:
        NotFound: When there is no such user.
        Unavailable: When the database is away.
    """
    return await database.read(lambda it: _list(it, reference), "keys")


def _list(connection: Connection, reference: str) -> list[StoredKey]:
    columns = keys_table.c
    shown = (columns[name] for name in StoredKey.__dataclass_fields__)
    query = select(*shown).where(columns.user_id == users.find(connection, reference).id)
    ordered = query.order_by(columns.created_at, columns.id)
    return [StoredKey(*row) for row in connection.execute(ordered)]
