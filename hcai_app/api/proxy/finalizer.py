"""The ledger row of one running call: written once, whatever ends the call.

A client that leaves a plain answer has its row at once, and what the answer cost is added to it.
"""

import asyncio
import logging
from typing import Any

from msgspec.structs import replace

from hcai_app.services.call import LedgerEntry, Outcome, RunningCall
from hcai_app.services.ledger import booking
from hcai_app.services.limits.in_flight import Slot
from hcai_app.worker.context import Worker

log = logging.getLogger(__name__)


class Finalizer:
    """Writes the row of a call; `is_closed` once nothing more of the provider is waited for."""

    def __init__(self, worker: Worker, slot: Slot, call: RunningCall) -> None:
        self.is_closed = False
        self._worker = worker
        self._slot = slot
        self._call = call
        self._entry: LedgerEntry | None = None
        self._committed: asyncio.Future[Any] | None = None
        self._is_held = False  # in the journal, beyond its row: an amendment follows

    @property
    def is_written(self) -> bool:
        """Whether there is a row, be it without its cost."""
        return self._committed is not None

    def name(self, generation_id: str | None) -> bool:
        """Journal the generation's id, by which reconciliation finds the cost of a lost call.

        Returns whether it was news.
        """
        if generation_id is None or self._call.generation_id is not None:
            return False
        self._call.generation_id = generation_id
        try:
            self._worker.journal.name(self._call)
        except OSError as error:  # it is needed only if this process is killed
            log.error("the journal does not take a generation's id: %s", error)
        return True

    def hold(self, outcome: Outcome, status: int, wait_ms: int) -> None:
        """Write the row without its cost, which is on its way."""
        self._worker.journal.hold(self._call)
        self._is_held = True
        self._record(self._call.finish(outcome, status, settle_in_ms=wait_ms))

    def close(self, outcome: Outcome, status: int) -> asyncio.Future[Any]:
        """Queue the row, or what is news to it, once; return the future of its commit."""
        self.is_closed = True
        if self._committed is None:
            return self._record(self._call.finish(outcome, status))
        if self._is_held:
            self._amend(self._call.finish(outcome, status))
        return self._committed

    def _amend(self, known: LedgerEntry) -> None:
        self._is_held = False
        if self._entry is not None:
            self._record(replace(self._entry, **booking.figures(known)))

    def _record(self, entry: LedgerEntry) -> asyncio.Future[Any]:
        is_amendment, self._entry = self._entry is not None, entry
        self._worker.budget.settle(entry)
        committed = self._worker.ledger.record(entry, self._call.segment, is_amendment=is_amendment)
        self._committed = committed
        if (left := self._leave()) is not None:
            self._committed = asyncio.gather(committed, left, return_exceptions=True)
        return self._committed

    def _leave(self) -> asyncio.Future[Any] | None:
        """Give the call's place back before its last byte: its client may call again at once.

        One whose client has left runs on, and keeps it.
        """
        shared = self._worker.shared_in_flight
        return None if shared is None or self._is_held else shared.leave(self._slot)
