"""Reconciliation: looks up what a call cost when its answer did not say.

A row without a cost waits in the ledger with the time of its next look-up, so the schedule survives
a restart. What the provider cannot tell within a day is settled at the estimate that was reserved.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, false, func, select, update

from hcai_app import clock
from hcai_app.db import engine
from hcai_app.db.engine import Database
from hcai_app.db.tables import calls_table
from hcai_app.errors import UpstreamFailed
from hcai_app.refreshed import Refreshed, Stale
from hcai_app.services.call import CostSource, LedgerEntry, Usage
from hcai_app.services.ledger import rollups, rows
from hcai_app.services.ledger.rollups import Amount, Rollups
from hcai_app.services.limits.budget import Budget

log = logging.getLogger(__name__)

POLL_S = 0.5
BATCH = 20
# Seconds to wait after the first, second … look-up that found nothing; then the last one again.
SCHEDULE_S = (3, 10, 45, 240, 900, 3600)
# Who counts the rows waits no longer.
COUNT_S = 1.0
GIVE_UP_MS = clock.MS_PER_DAY
# While one worker asks, no other one does.
LEASE_MS = 60_000

Lookup = Callable[[str], Awaitable[tuple[str | None, Usage] | None]]


@dataclass(frozen=True, slots=True)
class Settlement:
    """The figures that a row is settled with."""

    usage: Usage
    model: str | None
    source: CostSource
    generation_id: str | None = None  # where the row may not know it yet


class Reconciler:
    """Settles rows, whichever worker wrote them."""

    def __init__(
        self,
        database: Database,
        totals: Rollups,
        budget: Budget,
        lookup: Lookup,
        on_settled: Iterable[Callable[[LedgerEntry], Any]] = (),
    ) -> None:
        self._database = database
        self._totals = totals
        self._budget = budget
        self._lookup = lookup
        self._on_settled = tuple(on_settled)

    async def run(self) -> None:
        """Settle due rows until cancelled."""
        while True:
            try:
                while await self.settle_due():
                    pass
            except Exception as error:
                log.warning("rows cannot be settled now: %s", engine.reason(error))
            await asyncio.sleep(POLL_S)

    async def settle_due(self) -> int:
        """Look up the rows whose time has come; return how many there were."""
        due = await self._claim()
        await asyncio.gather(*(self._ask(entry) for entry in due))
        return len(due)

    async def settle(self, entry: LedgerEntry, settlement: Settlement) -> None:
        """Write the figures of a row, once, and book them where the row was booked."""
        settled = _settled(entry, settlement)
        if await self._database.write(lambda it: self._book(it, entry, settled), "calls"):
            self._budget.book([settled])
            for listen in self._on_settled:
                listen(settled)

    def _book(self, connection: Connection, entry: LedgerEntry, settled: LedgerEntry) -> bool:
        """Write a row's figures; False when another worker was first."""
        is_open = (calls_table.c.id == entry.id) & calls_table.c.settled.is_(False)
        change = update(calls_table).where(is_open).values(_figures(settled))
        if connection.execute(change).rowcount != 1:
            return False
        self._totals.add(connection, _difference(entry, settled))
        return True

    async def _claim(self) -> list[LedgerEntry]:
        """Take due rows, so that for a minute only this worker asks for them."""
        columns, now = calls_table.c, clock.now_ms()
        # In these words the index of unsettled rows answers; `IS 0` would read the whole ledger.
        is_due = (columns.settled == false()) & (columns.settle_at_ms <= now)
        query = select(calls_table).where(is_due).order_by(columns.settle_at_ms).limit(BATCH)
        if not await self._database.read(lambda it: it.execute(query.limit(1)).first(), "calls"):
            return []
        lease = {"settle_at_ms": now + LEASE_MS, "settle_attempts": columns.settle_attempts + 1}

        def work(connection: Connection) -> list[LedgerEntry]:
            locked = query.with_for_update(skip_locked=True)
            found = connection.execute(locked).mappings()
            due = [rows.entry_from(row) for row in found]
            ids = [entry.id for entry in due]
            connection.execute(update(calls_table).where(columns.id.in_(ids)).values(lease))
            return due

        return await self._database.write(work, "calls")

    async def _ask(self, entry: LedgerEntry) -> None:
        try:
            found = await self._lookup(entry.generation_id) if entry.generation_id else None
        except UpstreamFailed as error:
            log.warning("call %s is not settled yet: %s", entry.id, error.message)
            found = None
        if found is not None:
            model, usage = found
            await self.settle(entry, Settlement(usage, model, CostSource.LOOKUP))
        elif clock.now_ms() - entry.started_at_ms >= GIVE_UP_MS or not entry.generation_id:
            log.error("call %s is settled by estimate", entry.id)
            await self.settle(entry, _estimate(entry))
        else:
            await self._postpone(entry)

    async def _postpone(self, entry: LedgerEntry) -> None:
        wait_s = SCHEDULE_S[min(entry.settle_attempts, len(SCHEDULE_S) - 1)]
        later = (
            update(calls_table)
            .where(calls_table.c.id == entry.id)
            .values(settle_at_ms=clock.now_ms() + wait_s * 1000)
        )
        await self._database.write(lambda it: it.execute(later), "calls")


def unsettled_rows(database: Database) -> Refreshed[int]:
    """Return how many rows of all workers wait to be settled, counted for each question."""
    # In these words the index of unsettled rows answers, on SQLite too.
    query = select(func.count()).where(calls_table.c.settled == false())

    async def count() -> int:
        return await database.read(lambda it: it.scalar(query), "calls") or 0

    return Refreshed(
        "number of unsettled rows", count, fresh_s=0, patience_s=COUNT_S, stale=Stale.NEVER
    )


def _estimate(entry: LedgerEntry) -> Settlement:
    usage = Usage(
        prompt_tokens=entry.prompt_tokens,
        completion_tokens=entry.completion_tokens,
        reasoning_tokens=entry.reasoning_tokens,
        cached_tokens=entry.cached_tokens,
        total_tokens=entry.total_tokens,
        cost_nanousd=entry.reserved_nanousd,
    )
    return Settlement(usage, None, CostSource.ESTIMATE)


def _settled(entry: LedgerEntry, settlement: Settlement) -> LedgerEntry:
    usage = settlement.usage
    return msgspec.structs.replace(
        entry,
        model=settlement.model or entry.model,
        generation_id=settlement.generation_id or entry.generation_id,
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        reasoning_tokens=usage.reasoning_tokens,
        cached_tokens=usage.cached_tokens,
        total_tokens=usage.total_tokens,
        cost_nanousd=usage.cost_nanousd or 0,
        settled=True,
        cost_source=settlement.source.value,
        settle_at_ms=None,
    )


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


def _figures(entry: LedgerEntry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in FIGURES}


def _difference(before: LedgerEntry, after: LedgerEntry) -> list[Amount]:
    """Return what settling adds: out with the old figures, in with the new, model by model."""
    out, add = rollups.of(before), rollups.of(after)
    return [out._replace(sums=tuple(-value for value in out.sums)), add]
