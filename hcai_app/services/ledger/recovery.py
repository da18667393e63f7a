"""Crash recovery: what dead workers left in their journals becomes ledger rows."""

import asyncio
import logging
from collections.abc import Iterator

from hcai_app.db import engine
from hcai_app.services.call import LedgerEntry, Outcome
from hcai_app.services.ledger.journal import Journal, Orphans, find_orphans
from hcai_app.services.ledger.writer import Ledger
from hcai_app.services.limits.budget import Budget

log = logging.getLogger(__name__)

POLL_S = 5.0
BATCH = 500
# The status of a call that ended with its worker: its client saw the connection break.
BROKEN = 500


async def adopt(journal: Journal, ledger: Ledger, budget: Budget) -> int:
    """Bring everything that dead workers left into the ledger; return how many rows that made.

    What the database does not take yet stays where it is, for the next time.
    """
    made = 0
    for orphans in find_orphans(journal):
        try:
            made += await _adopt(orphans, ledger, budget)
            orphans.discard()
        except Exception as error:  # no start may fail for it
            log.warning("a dead worker's journal cannot be adopted yet: %s", engine.reason(error))
        finally:
            orphans.release()
    return made


async def watch(journal: Journal, ledger: Ledger, budget: Budget) -> None:
    """Recover the journals of dead workers until cancelled."""
    while True:
        await asyncio.sleep(POLL_S)
        try:
            await adopt(journal, ledger, budget)
        except OSError as error:
            log.warning("the journal's folder cannot be read: %s", error)


async def _adopt(orphans: Orphans, ledger: Ledger, budget: Budget) -> int:
    calls, entries = orphans.read()
    rows = [*entries, *(call.finish(Outcome.INTERRUPTED, BROKEN) for call in calls)]
    made = 0
    for batch in _batches(rows):
        booked = await ledger.put(batch)
        made += len(booked.inserted)
        ledger.tell_recovered([row for row in batch if row.id in booked.inserted])
    budget.forget(rows)
    if made:
        log.warning("%d calls of a dead worker are in the ledger now", made)
    return made


def _batches(rows: list[LedgerEntry]) -> Iterator[list[LedgerEntry]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]
