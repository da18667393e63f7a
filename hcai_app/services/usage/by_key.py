"""A user's keys with the usage of each, in one read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Subquery, func, select

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.db.tables import hours_table, keys_table, totals_table
from hcai_app.services.keys import keys
from hcai_app.services.limits.period import budget_period

# Nobody reads further, and whoever makes and revokes keys by program has thousands.
MAX_REVOKED = 100
SUMMED = 4  # of the columns that are read, the last are sums


@dataclass(frozen=True, slots=True)
class KeyUsage:
    """One key, and its sums from the beginning."""

    id: str
    name: str
    preview: str
    created_at: datetime
    ended_at: datetime | None  # None: active
    ends_at: datetime | None
    budget_nanousd: int | None
    models: str | None
    is_on: bool
    successor_id: str | None
    last_call_ms: int | None  # None: never used
    requests: int
    total_tokens: int
    cost_nanousd: int
    period_nanousd: int  # of the budget's present period

    @property
    def has_expired(self) -> bool:
        """Whether its own end has come, and nobody had revoked it before."""
        return self.ended_at is not None and self.ended_at == self.ends_at


@dataclass(frozen=True, slots=True)
class KeyList:
    """The active keys, newest first, and the last that were revoked or have expired."""

    active: tuple[KeyUsage, ...]
    revoked: tuple[KeyUsage, ...]
    revoked_count: int


async def of_user(database: Database, user_id: str) -> KeyList:
    """Read a user's keys.

    Raises:
        Unavailable: When the database is away.
    """
    start_ms = budget_period(clock.now_ms()).start_ms
    return await database.read(lambda it: _read(it, user_id, start_ms), "keys")


def _read(connection: Connection, user_id: str, start_ms: int) -> KeyList:
    revoked = (keys_table.c.user_id == user_id) & ~keys.is_active()
    count = connection.scalar(select(func.count()).where(revoked)) or 0
    return KeyList(
        active=_list(connection, user_id, start_ms, is_active=True),
        revoked=_list(connection, user_id, start_ms, is_active=False) if count else (),
        revoked_count=count,
    )


def _list(
    connection: Connection, user_id: str, start_ms: int, *, is_active: bool
) -> tuple[KeyUsage, ...]:
    key, totals = keys_table.c, totals_table.c
    current = _spent_since(user_id, start_ms)
    query = (
        select(
            key.id,
            key.name,
            key.preview,
            key.created_at,
            keys.ended_at(),
            *keys.RULES,
            totals.last_call_ms,
            func.coalesce(totals.requests, 0),
            func.coalesce(totals.total_tokens, 0),
            func.coalesce(totals.cost_nanousd, 0),
            func.coalesce(current.c.cost, 0),
        )
        .outerjoin(totals_table, (totals.user_id == user_id) & (totals.key_id == key.id))
        .outerjoin(current, current.c.key_id == key.id)
        .where(key.user_id == user_id)
    )
    if is_active:
        query = query.where(keys.is_active())
        ordered = query.order_by(key.created_at.desc(), key.id)
    else:
        query = query.where(~keys.is_active()).limit(MAX_REVOKED)
        ordered = query.order_by(keys.ended_at().desc(), key.id)
    return tuple(_usage(row) for row in connection.execute(ordered))


def _usage(row: Sequence[Any]) -> KeyUsage:
    """Return a row as read: sums come as decimals from PostgreSQL."""
    facts: list[Any] = [*row[:-SUMMED], *map(int, row[-SUMMED:])]
    return KeyUsage(*facts)


def _spent_since(user_id: str, start_ms: int) -> Subquery:
    hours = hours_table.c
    return (
        select(hours.key_id, func.sum(hours.cost_nanousd).label("cost"))
        .where(hours.user_id == user_id, hours.start_ms >= start_ms)
        .group_by(hours.key_id)
        .subquery()
    )
