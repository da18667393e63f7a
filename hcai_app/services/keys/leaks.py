"""Leaked keys: whoever found one in public ends it, and its owner is told where and why.

Having the key is the proof: nobody needs another. It is hashed at once, and neither kept nor
logged. The same leak can be told again and again, by anybody: nothing more happens.
"""

import asyncio
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from limits import RateLimitItemPerMinute
from sqlalchemy import Connection, Row, Select, select, update

from hcai_app import clock, hashing
from hcai_app.db.engine import Database
from hcai_app.db.tables import keys_table, users_table
from hcai_app.errors import NotFound, Unavailable
from hcai_app.services import changes
from hcai_app.services.keys import keys
from hcai_app.services.limits.address_limit import AddressLimit
from hcai_app.services.redis_client import RedisClient

# Rows that one transaction changes: the ledger's writer waits no longer than for these.
BATCH = 200
MAX_URL = 500
# For so long pages remind the owner of a leaked key.
REMINDED = timedelta(days=30)
# Tries of one client's address, of all that may be anybody's: the page, and forged messages.
TRIES_PER_MINUTE = 30
MAX_MESSAGES = 4


class LeakSource(StrEnum):
    """Who told us of a leak."""

    GITHUB = "github"  # its secret scanning
    REVOKER = "revoker"  # Hack Club's
    FOUND = "found"  # somebody, on the page /leaked


@dataclass(frozen=True, slots=True)
class FoundKey:
    """A key that somebody found, and where."""

    secret: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class EndedKey:
    """One of our keys, which has ended now."""

    id: str
    name: str
    owner_email: str | None
    was_active: bool
    was_told: bool  # somebody had told us of it before


@dataclass(frozen=True, slots=True)
class Leak:
    """What the owner of a leaked key is told."""

    key_id: str
    name: str
    preview: str
    leaked_at: datetime
    source: LeakSource
    url: str | None
    successor_id: str | None


class LeakBounds:
    """What anybody may tell us of leaks: so often from an address, so many messages at once."""

    def __init__(self, redis: RedisClient | None, secret_key: str) -> None:
        item = RateLimitItemPerMinute(TRIES_PER_MINUTE)
        self._tries = AddressLimit("leaked keys", item, redis, secret_key)
        self._messages = 0

    async def admit(self, address: str) -> None:
        """Count a try of a client's address.

        Raises:
            RateLimited: When there were too many.
        """
        (await self._tries.hit(address)).require()

    @contextmanager
    def message(self) -> Generator[None]:
        """Hold one of the places for messages whose sender is not known yet.

        Raises:
            Unavailable: When all are taken.
        """
        if self._messages >= MAX_MESSAGES:
            raise Unavailable("Too many messages at once; send it again in a moment.", 5)
        self._messages += 1
        try:
            yield
        finally:
            self._messages -= 1


async def end(
    database: Database, found: Sequence[FoundKey], source: LeakSource, *, secret_key: str
) -> list[EndedKey | None]:
    """End the keys that were found, as `keys.revoke` does; None for each that is not ours.

    Raises:
        Unavailable: When the database is away; those before are ended.
    """
    hashed = await asyncio.to_thread(_hashes, found, secret_key)
    ended: list[EndedKey | None] = []
    for start in range(0, len(found), BATCH):
        named = list(zip(hashed, found, strict=True))[start : start + BATCH]
        ended += await database.write(lambda it, named=named: _end(it, named, source), "keys")
    return ended


def _hashes(found: Sequence[FoundKey], secret_key: str) -> list[str | None]:
    """Return the hash of each; None for what has not the form of a key."""
    return [
        hashing.keyed_hash(one.secret, secret_key) if keys.PATTERN.fullmatch(one.secret) else None
        for one in found
    ]


def _end(
    connection: Connection, found: Sequence[tuple[str | None, FoundKey]], source: LeakSource
) -> list[EndedKey | None]:
    asked = [hashed for hashed, _one in found if hashed is not None]
    rows = {row.hash: row for row in connection.execute(_known(asked))} if asked else {}
    for hashed, one in dict(found).items():
        if (row := rows.get(hashed)) is not None:
            _end_one(connection, row, one.url, source)
    return [_ended(rows.get(hashed)) for hashed, _one in found]


def _known(hashed: list[str]) -> Select[*tuple[Any, ...]]:
    key, user = keys_table.c, users_table.c
    shown = (key.id, key.hash, key.user_id, key.name, key.leaked_at, user.email)
    query = select(*shown, keys.is_active().label("was_active"))
    owned = query.join(users_table, user.id == key.user_id)
    # In one order, so that two of them wait for each other and never deadlock.
    return owned.where(key.hash.in_(hashed)).order_by(key.id)


def _end_one(
    connection: Connection, row: Row[*tuple[Any, ...]], url: str | None, source: LeakSource
) -> None:
    if row.leaked_at is not None:
        return
    key, now = keys_table.c, clock.now()
    leaked = {"leaked_at": now, "leak_source": source.value, "leak_url": _plain_url(url)}
    told = update(keys_table).where(key.id == row.id, key.leaked_at.is_(None)).values(leaked)
    connection.execute(told)
    ended = update(keys_table).where(key.id == row.id, keys.is_known()).values(revoked_at=now)
    connection.execute(ended)
    changes.append(connection, row.user_id, row.id)


def _ended(row: Row[*tuple[Any, ...]] | None) -> EndedKey | None:
    if row is None:
        return None
    was_told = row.leaked_at is not None
    return EndedKey(row.id, row.name, row.email, row.was_active, was_told)


def _plain_url(url: str | None) -> str | None:
    """Return an address that a page may link to; None for anything else."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    is_plain = parts.scheme == "https" and parts.hostname and not parts.username
    return url[:MAX_URL] if url and is_plain and url.isprintable() else None


async def of_user(database: Database, user_id: str) -> list[Leak]:
    """Return a user's keys that leaked not long ago, latest first.

    Raises:
        Unavailable: When the database is away.
    """
    key = keys_table.c
    lately = (key.user_id == user_id) & (key.leaked_at > clock.now() - REMINDED)
    query = select(*_shown()).where(lately).order_by(key.leaked_at.desc(), key.id)
    rows = await database.read(lambda it: it.execute(query).all(), "keys")
    return [_leak(row) for row in rows]


async def own(database: Database, user_id: str, key_id: str) -> Leak:
    """Return one of a user's leaked keys.

    Raises:
        NotFound: When they have no such key, or it did not leak.
        Unavailable: When the database is away.
    """
    query = select(*_shown()).where(keys.own(user_id, key_id), keys_table.c.leaked_at.is_not(None))
    row = await database.read(lambda it: it.execute(query).first(), "keys")
    if row is None:
        raise NotFound("You have no leaked key with this id.")
    return _leak(row)


def _shown() -> tuple[Any, ...]:
    key = keys_table.c
    told = (key.leaked_at, key.leak_source, key.leak_url)
    return (key.id, key.name, key.preview, *told, key.successor_id)


def _leak(row: Row[*tuple[Any, ...]]) -> Leak:
    source = LeakSource(row.leak_source)
    return Leak(
        row.id, row.name, row.preview, row.leaked_at, source, row.leak_url, row.successor_id
    )
