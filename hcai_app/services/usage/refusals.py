"""A user's refused calls, as they read them: one of them, or in a list between their calls."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from hcai_app.db.engine import Database
from hcai_app.db.tables import refusals_table
from hcai_app.errors import NotFound
from hcai_app.services.call import LedgerEntry, first_id_at
from hcai_app.services.ledger.refusals import KEPT, RefusedCall
from hcai_app.services.usage import activity
from hcai_app.services.usage.activity import PAGE
from hcai_app.services.usage.filters import PLAYGROUND, Filter

REQUEST_ID = re.compile(r"[0-9a-f]{32}")
COLUMNS = [refusals_table.c[name] for name in RefusedCall.__struct_fields__]


@dataclass(frozen=True, slots=True)
class MixedPage:
    """Calls and refused ones, newest first; the rest is that of an `ActivityPage`."""

    rows: list[LedgerEntry | RefusedCall]
    older: str | None
    searched_to_ms: int | None = None


async def page(
    database: Database,
    user_id: str,
    wanted: Filter,
    before: str | None = None,
    waiting: Collection[RefusedCall] = (),
) -> MixedPage:
    """Return the user's newest calls, refused or not, or those before an id.

    `waiting` are refusals that this worker has not written yet.

    Raises:
        Unavailable: When the database is away.
    """
    calls = await activity.page(database, user_id, wanted, before)
    end = first_id_at(wanted.until_ms)
    high = end if before is None else min(before, end)
    low = calls.older or first_id_at(wanted.from_ms)
    if wanted.outcome is not None:
        return MixedPage([*calls.calls], calls.older, calls.searched_to_ms)
    stored = await database.read(lambda it: _between(it, user_id, low, high), "refused calls")
    refused = [it for it in _united(stored, waiting) if low <= it.id < high and _fits(it, wanted)]
    rows = sorted([*calls.calls, *refused], key=lambda row: row.id, reverse=True)
    if len(rows) > PAGE:
        return MixedPage(rows[:PAGE], rows[PAGE - 1].id)
    return MixedPage(rows, calls.older, calls.searched_to_ms)


def count(
    connection: Connection, user_id: str, wanted: Filter, waiting: Collection[RefusedCall] = ()
) -> int:
    """Return how many of the user's refused calls fit, within the caller's unit of work."""
    low, high = first_id_at(wanted.from_ms), first_id_at(wanted.until_ms)
    known = _united(_between(connection, user_id, low, high), waiting)
    return sum(low <= it.id < high and _fits(it, wanted) for it in known)


async def one(
    database: Database, user_id: str, request_id: str, waiting: Iterable[RefusedCall] = ()
) -> RefusedCall:
    """Return one of the user's refused calls.

    Raises:
        NotFound: When the user has none with this id.
        Unavailable: When the database is away.
    """
    found = next((it for it in waiting if it.id == request_id), None)
    if found is not None:
        return found
    columns = refusals_table.c
    query = select(*COLUMNS).where(columns.id == request_id, columns.user_id == user_id)
    row = await database.read(lambda it: it.execute(query).first(), "refused calls")
    if row is None:
        raise NotFound("You have no such call.")
    return RefusedCall(*row)


async def find(
    database: Database, user_id: str, request_id: str, waiting: Iterable[RefusedCall] = ()
) -> RefusedCall | LedgerEntry:
    """Return one of the user's calls, refused or not.

    Raises:
        NotFound: When the user has none with this id.
        Unavailable: When the database is away.
    """
    if REQUEST_ID.fullmatch(request_id) is None:
        raise NotFound("You have no such call.")
    try:
        return await one(database, user_id, request_id, waiting)
    except NotFound:
        return await activity.one(database, user_id, request_id)


def every(connection: Connection, user_id: str) -> list[RefusedCall]:
    """Return all that is kept of a user, oldest first."""
    columns = refusals_table.c
    query = select(*COLUMNS).where(columns.user_id == user_id).order_by(columns.id)
    return [RefusedCall(*row) for row in connection.execute(query)]


def _between(connection: Connection, user_id: str, low: str, high: str) -> list[RefusedCall]:
    columns = refusals_table.c
    query = select(*COLUMNS).where(columns.user_id == user_id, columns.id >= low, columns.id < high)
    rows = connection.execute(query.order_by(columns.id.desc()).limit(KEPT))
    return [RefusedCall(*row) for row in rows]


def _united(stored: list[RefusedCall], waiting: Iterable[RefusedCall]) -> Iterable[RefusedCall]:
    return {it.id: it for it in (*stored, *waiting)}.values()


def _fits(refusal: RefusedCall, wanted: Filter) -> bool:
    if wanted.model is not None and refusal.model != wanted.model:
        return False
    if wanted.key is None:
        return True
    return refusal.key_id == (None if wanted.key == PLAYGROUND else wanted.key)
