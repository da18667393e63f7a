"""API keys: issue, hash, revoke.

`sk-hc-v1-` and 64 hex digits; the hash is keyed with HCAI_SECRET_KEY, so that a stolen database
opens nothing.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Update,
    and_,
    case,
    func,
    insert,
    or_,
    select,
    update,
)

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


# The columns of a key's rules, and its successor.
RULES = (
    keys_table.c.expires_at,
    keys_table.c.budget_nanousd,
    keys_table.c.models,
    keys_table.c.is_on,
    keys_table.c.successor_id,
)


def is_active() -> ColumnElement[bool]:
    """Return what is true of a key that has not ended: a condition, or a column to read.

    One that is switched off is active: it can be switched on again.
    """
    key = keys_table.c
    return and_(is_known(), or_(key.expires_at.is_(None), key.expires_at > clock.now()))


def is_open() -> ColumnElement[bool]:
    """Return what is true of a key that opens the API: it is active, and on."""
    return and_(is_active(), keys_table.c.is_on)


def is_known() -> ColumnElement[bool]:
    """Return what is true of a key whose holder is told why it opens nothing: it is not revoked."""
    return keys_table.c.revoked_at.is_(None)


def ended_at() -> ColumnElement[datetime | None]:
    """Return when a key ended, as a column to read or sort by; null while it is active."""
    key = keys_table.c
    return case((~is_active(), func.coalesce(key.revoked_at, key.expires_at)))


def valid_name(name: str) -> str:
    """Return a key's name as it is kept.

    Raises:
        InvalidRequest: When there is nothing in it to read.
    """
    line = formatting.one_line(name)
    if not line:
        raise InvalidRequest("Give the key a name of letters and signs.", param="name")
    return line[:MAX_NAME]


def fresh(name: str) -> IssuedKey:
    """Return a new key, which is stored nowhere yet."""
    key = PREFIX + secrets.token_hex(32)
    return IssuedKey(f"key_{secrets.token_hex(10)}", name, f"{key[:13]}…{key[-4:]}", key)


def row_of(issued: IssuedKey, secret_key: str) -> dict[str, Any]:
    """Return what is stored of a new key, but for its user and its rules."""
    return {
        "id": issued.id,
        "name": issued.name,
        "hash": hashing.keyed_hash(issued.secret, secret_key),
        "preview": issued.preview,
        "created_at": clock.now(),
    }


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
    issued = fresh(valid_name(name))
    row = row_of(issued, secret_key)

    def work(connection: Connection) -> None:
        user_id = users.find(connection, reference).id
        users.lock(connection, user_id)
        add(connection, {"user_id": user_id, **row}, max_keys)
        if actor is not None:
            audit.append(connection, Act("keys.create", actor, user_id, issued.id))

    await database.write(work, "keys")
    return issued


def add(connection: Connection, row: dict[str, Any], max_keys: int) -> None:
    """Insert a key's row, while the caller has locked its user.

    Raises:
        InvalidRequest: When the user has as many active keys as they may.
        RateLimited: When they have made too many in a day.
    """
    user_id = row["user_id"]
    of_user = (keys_table.c.user_id == user_id) & is_active()
    active = connection.scalar(select(func.count()).where(of_user)) or 0
    if active >= max_keys:
        raise InvalidRequest(f"{max_keys} active keys are the limit: revoke one first.")
    _check_made_lately(connection, user_id, max(MADE_A_DAY, 4 * max_keys))
    connection.execute(insert(keys_table).values(row))


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
    named = by_name(key_or_id, secret_key)

    def work(connection: Connection) -> None:
        key = _revoke(connection, named)
        audit.append(connection, Act("keys.revoke", actor, key.user_id, key.id))

    await database.write(work, "keys")


def by_name(key_or_id: str, secret_key: str) -> ColumnElement[bool]:
    """Return the condition that a key is the one that itself or its id names."""
    columns = keys_table.c
    if key_or_id.startswith(PREFIX):
        return columns.hash == hashing.keyed_hash(key_or_id, secret_key)
    return columns.id == key_or_id


def find_id(connection: Connection, key_or_id: str, *, secret_key: str) -> str:
    """Return the id of a key that itself or its id names.

    Raises:
        NotFound: When there is no such key.
    """
    named = by_name(key_or_id, secret_key)
    if (found := connection.scalar(select(keys_table.c.id).where(named))) is None:
        raise NotFound(NO_SUCH_KEY)
    return found


async def revoke_own(database: Database, user_id: str, key_id: str) -> str:
    """End one of the user's own keys, and return its name; a key that is revoked stays so.

    Raises:
        NotFound: When the user has no such key.
        Unavailable: When the database is away.
    """
    named = own(user_id, key_id)
    return (await database.write(lambda it: _revoke(it, named), "keys")).name


def own(user_id: str, key_id: str) -> ColumnElement[bool]:
    """Return the condition that a key is this one, and the user's own.

    Raises:
        NotFound: When no key can have such an id.
    """
    if not ID_PATTERN.fullmatch(key_id):  # whatever a browser sends
        raise NotFound(NO_SUCH_KEY)
    columns = keys_table.c
    return and_(columns.id == key_id, columns.user_id == user_id)


def locked(connection: Connection, named: ColumnElement[bool]) -> Row[Any]:
    """Return a key's row, and hold its user's row until the transaction ends.

    Raises:
        NotFound: When there is no such key, or its owner's account is deleted.
    """
    user_id = connection.scalar(select(keys_table.c.user_id).where(named))
    if user_id is None:
        raise NotFound(NO_SUCH_KEY)
    users.lock(connection, user_id)
    return connection.execute(select(keys_table).where(named)).one()


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
    return update(keys_table).where(named, is_known()).values(revoked_at=clock.now())
