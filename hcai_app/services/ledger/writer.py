"""The ledger writer: one row per call, exactly once, committed in groups before answers end.

Group commit: calls hand their finished row in and await it; one task per worker writes everything
that waits in one transaction, roll-ups included. While the database is away finished rows go to the
journal's disk, which counts as committed, and are written when it is back; the row's id keeps a row
from being written twice.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from hcai_app.db import engine
from hcai_app.db.engine import Database
from hcai_app.services.call import LedgerEntry
from hcai_app.services.ledger import booking
from hcai_app.services.ledger.booking import Booked
from hcai_app.services.ledger.journal import Journal
from hcai_app.services.ledger.rollups import Rollups

log = logging.getLogger(__name__)

OnCommit = Callable[[list[LedgerEntry]], Any]  # what hears of the rows of each transaction
OnSettled = Callable[[LedgerEntry], Any]  # what hears of a row whose cost came later

GROUP_SIZE = 500
RETRY_S = 0.5
# A group has its price, whatever its size: under load it waits for company, but never for a timer.
MANY_ROWS = 64
MAX_TURNS = 16


@dataclass(slots=True, eq=False)
class _Pending:
    """A finished row on its way to the database."""

    entry: LedgerEntry
    segment: int
    committed: asyncio.Future[None]
    is_amendment: bool  # of a row that was handed in before


class Ledger:
    """Writes finished calls of one worker."""

    def __init__(
        self,
        database: Database,
        journal: Journal,
        totals: Rollups,
        on_commit: Iterable[OnCommit] = (),
        on_settled: Iterable[OnSettled] = (),
        on_refused: Iterable[OnCommit] = (),
        on_recovered: Iterable[OnCommit] = (),
    ) -> None:
        self._database = database
        self._journal = journal
        self._totals = totals
        self._waiting: list[_Pending] = []
        self._kept: list[_Pending] = []  # in the journal, not yet in the database
        self._wake = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._is_closing = False
        self._on_commit = tuple(on_commit)
        self._on_settled = tuple(on_settled)
        self._on_refused = tuple(on_refused)
        self._on_recovered = tuple(on_recovered)

    @property
    def backlog(self) -> int:
        """How many rows wait for the database to come back."""
        return len(self._kept)

    def start(self) -> None:
        """Start the writer."""
        self._writer = asyncio.create_task(self._write_forever(), name="ledger writer")

    async def close(self) -> None:
        """Write what waits, then stop; rows in the journal stay there if the database is away."""
        self._is_closing = True
        self._wake.set()
        if self._writer is not None:
            await self._writer

    def record(
        self, entry: LedgerEntry, segment: int, *, is_amendment: bool = False
    ) -> asyncio.Future[None]:
        """Hand in a finished row; the future is done once the row is safe.

        An amendment is what became known of a row since it was handed in without its cost.
        """
        committed = asyncio.get_running_loop().create_future()
        self._waiting.append(_Pending(entry, segment, committed, is_amendment))
        self._wake.set()
        return committed

    async def put(self, entries: list[LedgerEntry]) -> Booked:
        """Put rows that may be there already; what the database refuses is set aside.

        An earlier try may have ended in the dark: the row's id keeps it from being counted twice.

        Raises:
            Unavailable: When the database is away.
            OSError: When a refused row cannot be set aside.
        """
        booked = await booking.put(self._database, self._totals, entries)
        for entry in entries:
            if entry.id in booked.refused:
                self._journal.set_aside(entry)
                log.critical("the database refuses row %s: it is set aside", entry.id)
        return booked

    def tell_recovered(self, entries: list[LedgerEntry]) -> None:
        """Tell the listeners of a dead worker's rows: it has told nobody of them."""
        for listen in self._on_recovered:
            listen(entries)

    async def _write_forever(self) -> None:
        while not (self._is_closing and not self._waiting):
            if not self._waiting and not self._kept:
                self._wake.clear()
                await self._wake.wait()
            elif self._kept:
                await self._write_after_outage()
            else:
                await self._gather()
                group, self._waiting = self._waiting[:GROUP_SIZE], self._waiting[GROUP_SIZE:]
                await self._write_group(group)

    async def _gather(self) -> None:
        """Let the event loop turn for as long as each turn brings more rows."""
        turns = present = 0
        while present < len(self._waiting) < MANY_ROWS and turns < MAX_TURNS:
            present, turns = len(self._waiting), turns + 1
            await asyncio.sleep(0)

    async def _write_group(self, group: list[_Pending]) -> None:
        entries, booked = [pending.entry for pending in group], None
        try:
            if any(pending.is_amendment for pending in group):
                booked = await self.put(entries)
            else:
                await booking.insert(self._database, self._totals, entries)
        except Exception as error:  # whatever the reason is, no row may be lost
            log.error("the ledger cannot write %d rows: %s", len(group), engine.reason(error))
            self._keep(group)
        else:
            self._commit(group, booked)

    async def _write_after_outage(self) -> None:
        """Try to write the kept rows; until that works, new rows go to the journal too."""
        self._keep_fresh()
        group = self._kept[:GROUP_SIZE]
        try:
            booked = await self._put_kept(group)
        except Exception as error:
            log.warning("the ledger keeps %d rows: %s", len(self._kept), engine.reason(error))
            if self._is_closing:
                self._kept.clear()  # the next start adopts them from the journal
            else:
                await self._pause()
        else:
            del self._kept[: len(group)]
            self._commit(group, booked)

    async def _put_kept(self, group: list[_Pending]) -> Booked:
        """Write rows to a database that may take seconds to refuse; fresh ones need not wait."""
        attempt = asyncio.create_task(self.put([pending.entry for pending in group]))
        attempt.add_done_callback(lambda _done: self._wake.set())
        while not attempt.done():
            self._wake.clear()
            await self._wake.wait()
            self._keep_fresh()
        return attempt.result()

    async def _pause(self) -> None:
        """Wait a moment before the next try, but take new rows into the journal at once."""
        deadline = asyncio.get_running_loop().time() + RETRY_S
        while (left := deadline - asyncio.get_running_loop().time()) > 0 and not self._is_closing:
            self._wake.clear()
            try:
                await asyncio.wait_for(self._wake.wait(), left)
            except TimeoutError:
                return
            self._keep_fresh()

    def _keep_fresh(self) -> None:
        fresh, self._waiting = self._waiting, []
        if fresh:
            self._keep(fresh)

    def _keep(self, group: list[_Pending]) -> None:
        """Bring rows to the journal's disk; when that fails too, they wait for the database."""
        self._kept.extend(group)
        try:
            for pending in group:
                pending.segment = self._journal.keep(pending.entry, pending.segment)
            self._journal.sync()
        except OSError as error:
            log.critical("neither database nor journal takes %d rows: %s", len(group), error)
            return
        for pending in group:
            _resolve(pending)

    def _commit(self, group: list[_Pending], booked: Booked | None) -> None:
        for pending in group:
            self._journal.release(pending.segment)
            _resolve(pending)
        try:
            self._tell(group, booked)
        except Exception:  # whoever listens must not stop the books
            log.exception("what listens to the ledger failed")

    def _tell(self, group: list[_Pending], booked: Booked | None) -> None:
        """Tell the listeners of fresh rows, and of costs that came later."""
        refused = booked.refused if booked else ()
        if fresh := [p.entry for p in group if not p.is_amendment and p.entry.id not in refused]:
            for listen in self._on_commit:
                listen(fresh)
        if gone := [p.entry for p in group if p.entry.id in refused]:
            for listen in self._on_refused:
                listen(gone)
        if booked is None:
            return
        for pending in group:
            if pending.is_amendment and booked.is_news(pending.entry):
                for hear in self._on_settled:
                    hear(pending.entry)


def _resolve(pending: _Pending) -> None:
    if not pending.committed.done():
        pending.committed.set_result(None)
