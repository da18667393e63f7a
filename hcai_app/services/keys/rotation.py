"""Rotation: a key gets a successor with its name and rules, and lives on for a time.

So programs change over one after the other. The successor's own budget starts full, since nobody
but its owner can have spent of it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, update

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.db.tables import keys_table
from hcai_app.errors import InvalidRequest
from hcai_app.services import audit, changes
from hcai_app.services.audit import Act
from hcai_app.services.keys import keys
from hcai_app.services.keys.keys import IssuedKey

DEFAULT_OVERLAP = timedelta(hours=24)
MAX_OVERLAP = timedelta(days=7)


async def rotate(
    database: Database,
    key_or_id: str,
    overlap: timedelta,
    *,
    secret_key: str,
    max_keys: int,
    actor: str = audit.COMMAND_LINE,
) -> IssuedKey:
    """Make the successor of a key that itself or its id names.

    Raises:
        NotFound: When there is no such key.
        InvalidRequest: When it has a successor, or both would be more keys than a user may have.
        RateLimited: When the user has made too many in a day.
        Unavailable: When the database is away.
    """
    named = keys.by_name(key_or_id, secret_key)
    rotation = _Rotation(overlap, secret_key, max_keys, actor)
    return await _rotate(database, named, rotation)


async def rotate_own(
    database: Database,
    owner: tuple[str, str],
    overlap: timedelta,
    *,
    secret_key: str,
    max_keys: int,
) -> IssuedKey:
    """Make the successor of one of a user's own keys; `owner` is the user's id and the key's.

    Raises:
        NotFound: When the user has no such key.
        InvalidRequest: When it has a successor, or both would be more keys than a user may have.
        RateLimited: When the user has made too many in a day.
        Unavailable: When the database is away.
    """
    named = keys.own(*owner)
    rotation = _Rotation(overlap, secret_key, max_keys, None)
    return await _rotate(database, named, rotation)


@dataclass(frozen=True, slots=True)
class _Rotation:
    """How a key is rotated, and which admin does it; None: its owner."""

    overlap: timedelta
    secret_key: str
    max_keys: int
    actor: str | None


async def _rotate(database: Database, named: ColumnElement[bool], rotation: _Rotation) -> IssuedKey:
    if not timedelta() <= rotation.overlap <= MAX_OVERLAP:
        days = MAX_OVERLAP.days
        raise InvalidRequest(f"The old key lives on for 0 to {days} days.", param="overlap")

    def work(connection: Connection) -> IssuedKey:
        old = keys.locked(connection, named)
        _check(old)
        issued = keys.fresh(old.name)
        _end(connection, old, issued.id, rotation.overlap)
        row = {**_rules_of(old), **keys.row_of(issued, rotation.secret_key)}
        keys.add(connection, {"user_id": old.user_id, **row}, rotation.max_keys)
        changes.append(connection, old.user_id, old.id)
        if rotation.actor is not None:
            after = {"successor_id": issued.id}
            act = Act("keys.rotate", rotation.actor, old.user_id, old.id, None, after)
            audit.append(connection, act)
        return issued

    return await database.write(work, "keys")


def _check(old: Row[Any]) -> None:
    """Refuse what cannot be rotated; a revoked key can: whoever lost it needs another.

    Raises:
        InvalidRequest: Saying why.
    """
    if old.successor_id is not None:
        raise InvalidRequest("This key was rotated already: rotate its successor.")
    if old.expires_at is not None and old.expires_at <= clock.now():
        raise InvalidRequest(
            "This key's end has passed, and would be its successor's: make a new one."
        )


def _rules_of(old: Row[Any]) -> dict[str, Any]:
    kept = ("expires_at", "budget_nanousd", "models", "is_on")
    return {name: getattr(old, name) for name in kept}


def _end(connection: Connection, old: Row[Any], successor_id: str, overlap: timedelta) -> None:
    now = clock.now()
    ends: dict[str, datetime] = {"revoked_at": now}
    if old.revoked_at is not None:
        ends = {}
    elif overlap:
        ends = {"expires_at": min(filter(None, (old.expires_at, now + overlap)))}
    of_key = keys_table.c.id == old.id
    connection.execute(update(keys_table).where(of_key).values(successor_id=successor_id, **ends))
