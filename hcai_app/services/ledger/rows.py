"""Ledger rows for people and scripts, with the public field names, paged by keyset."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
from msgspec.structs import astuple
from sqlalchemy import select
from sqlalchemy.engine import RowMapping

from hcai_app import clock, money
from hcai_app.db.engine import Database
from hcai_app.db.tables import calls_table
from hcai_app.services.call import LedgerEntry, first_id_at

# A read holds one of few threads for a page: with larger ones, callers wait behind exports.
PAGE = 200
# No index leads from a generation to its row: so many of a user's rows are looked through.
LATEST = 20_000


class ExportedCall(msgspec.Struct, frozen=True):
    """A row as the outside sees it: dollars and ISO 8601."""

    id: str
    user_id: str
    key_id: str | None
    endpoint: str
    requested_model: str
    model: str
    generation_id: str | None
    status: int
    outcome: str
    streamed: bool
    prompt_tokens: int
    completion_tokens: int
    reasoning_tokens: int
    cached_tokens: int
    total_tokens: int
    cost_usd: str
    settled: bool
    cost_source: str | None
    started_at: str
    first_byte_ms: int | None
    duration_ms: int


FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
FIELDS = ExportedCall.__struct_fields__
_UNCHANGED = tuple(name for name in FIELDS if name in LedgerEntry.__struct_fields__)


async def has_generation(database: Database, generation_id: str, user_id: str) -> bool:
    """Return whether one of a user's latest rows is of this generation.

    Raises:
        Unavailable: When the database is away.
    """
    latest = (
        select(calls_table.c.generation_id)
        .where(calls_table.c.user_id == user_id)
        .order_by(calls_table.c.id.desc())
        .limit(LATEST)
        .subquery()
    )
    query = select(latest.c.generation_id).where(latest.c.generation_id == generation_id).limit(1)
    return await database.read(lambda it: it.scalar(query) is not None, "generation")


async def rows(
    database: Database, *, user_id: str | None = None, since_ms: int = 0
) -> AsyncIterator[ExportedCall]:
    """Yield rows in the order of their start; a page is read by its first id, never by counting.

    Raises:
        Unavailable: When the database is away.
    """
    after = first_id_at(since_ms)
    while page := await _page(database, user_id, after):
        for entry in page:
            yield exported(entry)
        after = page[-1].id


def exported(entry: LedgerEntry) -> ExportedCall:
    """Return a call as the outside sees it."""
    return ExportedCall(
        cost_usd=money.to_text(entry.cost_nanousd),
        started_at=clock.from_ms(entry.started_at_ms).isoformat(),
        **{name: getattr(entry, name) for name in _UNCHANGED},
    )


def cells(row: ExportedCall) -> list[Any]:
    """Return a row's cells for a spreadsheet.

    One that it would run as a formula gets a quote in front: models and ids come from the provider.
    """
    return [
        f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
        for value in astuple(row)
    ]


def entry_from(row: RowMapping) -> LedgerEntry:
    """Return a row of the table as an entry."""
    return LedgerEntry(**row)


async def _page(database: Database, user_id: str | None, after: str) -> list[LedgerEntry]:
    query = select(calls_table).where(calls_table.c.id > after)
    if user_id is not None:
        query = query.where(calls_table.c.user_id == user_id)
    ordered = query.order_by(calls_table.c.id).limit(PAGE)
    found = await database.read(lambda it: list(it.execute(ordered).mappings()), "calls")
    return [entry_from(row) for row in found]
