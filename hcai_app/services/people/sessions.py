"""Sign-in sessions: a random secret in the browser's cookie, and only hashes of it here.

Two keyed hashes come out of one secret. `hash` proves a cookie; `id` names the session where the
proof must not go: pages' states, which may rest in a store, and our own tables.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from hcai_app import clock, hashing
from hcai_app.db.engine import Database
from hcai_app.db.tables import sessions_table
from hcai_app.services import changes

COOKIE = "hcai_session"
LIFETIME = timedelta(days=30)
SECRET_BYTES = 32
ID_HEX = 32


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A signed-in browser."""

    created_at: datetime
    ends_at: datetime
    is_this_one: bool


def id_of(cookie: str, secret_key: str) -> str:
    """Return the name of the session that a cookie would open."""
    return f"ses_{hashing.keyed_hash(cookie, secret_key, b'session id')[:ID_HEX]}"


def proof_of(cookie: str, secret_key: str) -> str:
    """Return the stored hash of the session that a cookie opens."""
    return hashing.keyed_hash(cookie, secret_key, b"session")


def cookie_name(name: str, *, is_production: bool) -> str:
    """Return a cookie's full name: in production one that no other host of the domain can set."""
    return f"__Host-{name}" if is_production else name


def cookie_of(header: str, name: str = COOKIE) -> str | None:
    """Return a cookie's value out of a `Cookie` header; None when there is none, or more than one.

    Of two of one name the first may be somebody else's: a host beside ours can set cookies for the
    whole domain, and whoever trusts it acts in that account.
    """
    pairs = (part.strip().partition("=") for part in header.split(";"))
    values = [value.strip() for key, _, value in pairs if key.strip() == name]
    return (values[0] or None) if len(values) == 1 else None


async def create(database: Database, user_id: str, *, secret_key: str) -> str:
    """Open a session for a user; return the secret for the cookie, which is kept nowhere.

    Raises:
        Unavailable: When the database is away.
    """
    secret = secrets.token_urlsafe(SECRET_BYTES)
    row = {
        "id": id_of(secret, secret_key),
        "user_id": user_id,
        "hash": proof_of(secret, secret_key),
        "created_at": clock.now(),
        "expires_at": clock.now() + LIFETIME,
    }
    await database.write(lambda it: it.execute(insert(sessions_table).values(row)), "session")
    return secret


def is_open() -> ColumnElement[bool]:
    """Return what is true of a session that has not expired; one that was ended has no row."""
    return sessions_table.c.expires_at > clock.now()


def opened(connection: Connection, user_id: str, this_one: str | None) -> tuple[OpenSession, ...]:
    """Return a user's open sessions: the one that asks first, then the newest."""
    columns = sessions_table.c
    query = select(columns.created_at, columns.expires_at, columns.id).where(
        columns.user_id == user_id, is_open()
    )
    rows = connection.execute(query.order_by(columns.created_at.desc()))
    found = [OpenSession(made, ends, name == this_one) for made, ends, name in rows]
    return tuple(sorted(found, key=lambda session: not session.is_this_one))


async def end(database: Database, session_id: str) -> None:
    """End a session; its open pages and running calls hear of it within a second.

    Raises:
        Unavailable: When the database is away.
    """
    await _end(database, sessions_table.c.id == session_id)


async def end_all(database: Database, user_id: str) -> None:
    """End all sessions of a user.

    Raises:
        Unavailable: When the database is away.
    """
    await _end(database, sessions_table.c.user_id == user_id)


def drop_all(connection: Connection, user_id: str) -> None:
    """Delete a user's sessions in the caller's transaction; the caller appends the change."""
    connection.execute(delete(sessions_table).where(sessions_table.c.user_id == user_id))


async def _end(database: Database, which: ColumnElement[bool]) -> None:
    await database.write(lambda it: _drop(it, which), "session")


def prune(connection: Connection) -> None:
    """Delete sessions that have expired, and end what still runs in them."""
    _drop(connection, ~is_open())


def _drop(connection: Connection, which: ColumnElement[bool]) -> None:
    users = connection.scalars(select(sessions_table.c.user_id).where(which).distinct())
    for user_id in list(users):
        changes.append(connection, user_id)
    connection.execute(delete(sessions_table).where(which))
