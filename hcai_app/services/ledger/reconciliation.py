"""Reconciliation: looks up what a call cost when its answer did not say.

A row without a cost waits in the ledger with the time of its next look-up, so the schedule survives
a restart. What the provider cannot tell within a day is settled at the estimate that was reserved.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, false, func, select, update

from hcai_app import clock
from hcai_app.db import engine
from hcai_app.db.engine import Database
from hcai_app.db.tables import calls_table
from hcai_app.errors import Unavailable, UpstreamFailed
from hcai_app.refreshed import Refreshed, Stale
from hcai_app.services.call import CostSource, LedgerEntry, Usage
from hcai_app.services.ledger import booking, rows
from hcai_app.services.ledger.rollups import Rollups
from hcai_app.services.limits.budget import Budget

log = logging.getLogger(__name__)

POLL_S = 0.5
BATCH = 20
# Seconds to wait after the first, second … look-up that found nothing; then the last one again.
SCHEDULE_S = (3, 10, 45, 240, 900, 3600)
# Who counts the rows waits no longer.
COUNT_S = 1.0
GIVE_UP_MS = clock.MS_PER_DAY
# How long a look-up may take. While one worker asks, no other one does: a lease covers that and
# the writing, and ends soon after a worker that died.
LOOKUP_S = 5.0
LEASE_MS = 15_000
# How long a worker that stops tries to give back what it was asking for.
GIVE_BACK_S = 1.0

Lookup = Callable[[str], Awaitable[tuple[str | None, Usage] | None]]


@dataclass(frozen=True, slots=True)
class Settlement:
    """The figures that a row is settled with."""

    usage: Usage
    model: str | None
    source: CostSource


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
        asking = asyncio.gather(*map(self._ask, due), return_exceptions=True)
        try:
            faults = [fault for fault in await asking if fault is not None]
        except asyncio.CancelledError:
            await self._give_back(due)
            raise
        if faults:
            raise faults[0]
        return len(due)

    async def settle(self, entry: LedgerEntry, settlement: Settlement) -> None:
        """Write the figures of a row, once, and book them where the row was booked."""
        settled = _settled(entry, settlement)
        booked = await booking.put(self._database, self._totals, [settled])
        if settled.id in booked.refused:
            log.error("the database refuses the figures of call %s", settled.id)
            await self._postpone(entry)
        if booked.is_news(settled):  # else another worker was first
            self._budget.book([settled])
            for listen in self._on_settled:
                listen(settled)

    async def _claim(self) -> list[LedgerEntry]:
        """Take due rows, so that for a moment only this worker asks for them."""
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
        found = await self._find(entry)
        if found is not None:
            model, usage = found
            await self.settle(entry, Settlement(usage, model, CostSource.LOOKUP))
        elif clock.now_ms() - entry.started_at_ms >= GIVE_UP_MS or not entry.generation_id:
            log.error("call %s is settled by estimate", entry.id)
            await self.settle(entry, _estimate(entry))
        else:
            await self._postpone(entry)

    async def _find(self, entry: LedgerEntry) -> tuple[str | None, Usage] | None:
        try:
            async with asyncio.timeout(LOOKUP_S):
                return await self._lookup(entry.generation_id) if entry.generation_id else None
        except (UpstreamFailed, TimeoutError) as error:
            log.warning("call %s is not settled yet: %s", entry.id, engine.reason(error))
            return None

    async def _postpone(self, entry: LedgerEntry) -> None:
        wait_s = SCHEDULE_S[min(entry.settle_attempts, len(SCHEDULE_S) - 1)]
        await self._due_in([entry], wait_s)

    async def _give_back(self, claimed: list[LedgerEntry]) -> None:
        """Leave rows to other workers, or to the next start, when this one stops."""
        with suppress(Unavailable, TimeoutError):
            async with asyncio.timeout(GIVE_BACK_S):
                await self._due_in(claimed, 0)

    async def _due_in(self, entries: list[LedgerEntry], wait_s: int) -> None:
        ids, is_open = [entry.id for entry in entries], calls_table.c.settled == false()
        later = update(calls_table).where(calls_table.c.id.in_(ids) & is_open)
        values = {"settle_at_ms": clock.now_ms() + wait_s * 1000}
        await self._database.write(lambda it: it.execute(later.values(values)), "calls")


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
