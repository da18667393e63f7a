"""How rows come into the ledger, with the roll-ups in the same transaction.

Fresh rows are inserted. Rows that come late, from a journal or from those set aside, may be there
already: they are put, each at most once, and a row that waits for its cost learns what they know.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import astuple
from sqlalchemy import Connection, false, select, update

from hcai_app import clock
from hcai_app.db import engine
from hcai_app.db.bulk import Bulk
from hcai_app.db.engine import Database
from hcai_app.db.tables import calls_table
from hcai_app.services.call import CostSource, LedgerEntry
from hcai_app.services.ledger import rollups
from hcai_app.services.ledger.rollups import Amount, Rollups

COLUMNS = LedgerEntry.__struct_fields__
FRESH = Bulk(calls_table, COLUMNS)
MISSING = Bulk(calls_table, COLUMNS, on_conflict="ON CONFLICT (id) DO NOTHING RETURNING id")
# What settling a row changes of it.
FIGURES = (
    "model",
    "generation_id",
    "prompt_tokens",
    "completion_tokens",
    "reasoning_tokens",
    "cached_tokens",
    "total_tokens",
    "cost_nanousd",
    "settled",
    "cost_source",
    "settle_at_ms",
)


class Booked(NamedTuple):
    """What became of rows that were put; every other one was there, and no news."""

    inserted: set[str]
    settled: set[str]  # rows that had waited for their cost
    refused: set[str]  # by the database, for their own values

    def is_news(self, amendment: LedgerEntry) -> bool:
        """Return whether the ledger did not know the cost before."""
        return amendment.settled and amendment.id in self.inserted | self.settled


async def insert(database: Database, totals: Rollups, entries: Sequence[LedgerEntry]) -> None:
    """Insert fresh rows, in one transaction.

    Raises:
        Exception: The driver's own, for whatever reason: nothing is inserted then, or all.
    """
    dialect = database.dialect
    rows = FRESH.statements(dialect, [astuple(entry) for entry in entries])
    sums = totals.statements(dialect, map(rollups.of, entries))
    await database.write_batch([*rows, *sums])


async def put(database: Database, totals: Rollups, entries: Sequence[LedgerEntry]) -> Booked:
    """Put rows, in one transaction unless the database refuses some: those hold up no other.

    Raises:
        Unavailable: When the database is away; what is put by then is put, and known next time.
    """
    try:
        return await database.write(lambda it: _put(it, totals, entries), "calls")
    except Exception as error:
        if not engine.is_refusal(error):
            raise
        if len(entries) == 1:
            return Booked(set(), set(), {entries[0].id})
    middle = len(entries) // 2
    halves = [await put(database, totals, half) for half in (entries[:middle], entries[middle:])]
    return Booked(*(one | other for one, other in zip(*halves, strict=True)))


def _put(connection: Connection, totals: Rollups, entries: Sequence[LedgerEntry]) -> Booked:
    latest = {entry.id: entry for entry in entries}  # a later line of a call knows more
    ordered = [latest[name] for name in sorted(latest)]
    inserted = set(MISSING.insert(connection, [astuple(entry) for entry in ordered]))
    amounts = [rollups.of(entry) for entry in ordered if entry.id in inserted]
    settled = _amend(connection, {name: latest[name] for name in latest.keys() - inserted}, amounts)
    if amounts:
        totals.add(connection, amounts)
    return Booked(inserted, settled, set())


def _amend(
    connection: Connection, known: dict[str, LedgerEntry], amounts: list[Amount]
) -> set[str]:
    """Give rows that wait for their cost what is known of them; return which are settled now."""
    if not known:
        return set()
    columns, settled = calls_table.c, set[str]()
    waits = columns.id.in_(known) & (columns.settled == false())
    waiting = select(calls_table).where(waits).order_by(columns.id).with_for_update()
    for row in connection.execute(waiting).mappings().all():
        before = LedgerEntry(**row)
        after = _merge(before, known[before.id])
        change = update(calls_table).where(columns.id == before.id)
        connection.execute(change.values(figures(after)))
        if after.settled:
            settled.add(after.id)
            amounts += _difference(before, after)
    return settled


def figures(entry: LedgerEntry) -> dict[str, Any]:
    """Return what of a row settling may change."""
    return {name: getattr(entry, name) for name in FIGURES}


def _merge(row: LedgerEntry, known: LedgerEntry) -> LedgerEntry:
    """Settle a row, or have it looked up soon: its answer will not tell the cost any more."""
    generation_id = row.generation_id or known.generation_id
    is_guess = known.cost_source == CostSource.ESTIMATE and known.generation_id is None
    if known.settled and not (is_guess and generation_id):
        return msgspec.structs.replace(row, **{**figures(known), "generation_id": generation_id})
    return msgspec.structs.replace(
        row, generation_id=generation_id, settle_at_ms=known.settle_at_ms or clock.now_ms()
    )


def _difference(before: LedgerEntry, after: LedgerEntry) -> list[Amount]:
    """Return what settling adds: out with the old figures, in with the new, model by model."""
    out, add = rollups.of(before), rollups.of(after)
    return [out._replace(sums=tuple(-value for value in out.sums)), add]
