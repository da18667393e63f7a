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

import msgspec
from sqlalchemy import Connection, func, select, update

from hcai_app import clock
from hcai_app.db import engine
from hcai_app.db.bulk import Bulk
from hcai_app.db.engine import Database
from hcai_app.db.tables import calls_table
from hcai_app.services.call import LedgerEntry
from hcai_app.services.ledger import rollups
from hcai_app.services.ledger.journal import Journal
from hcai_app.services.ledger.rollups import Rollups

log = logging.getLogger(__name__)

OnCommit = Callable[[list[LedgerEntry]], Any]  # what hears of the rows of each transaction

GROUP_SIZE = 500
RETRY_S = 0.5
# A group has its price, whatever its size: under load it waits for company, but never for a timer.
MANY_ROWS = 64
MAX_TURNS = 16
CALLS = Bulk(calls_table, LedgerEntry.__struct_fields__)


@dataclass(slots=True, eq=False)
class _Pending:
    """A finished row on its way to the database."""

    entry: LedgerEntry
    segment: int
    committed: asyncio.Future[None]


class Ledger:
    """Writes finished calls of one worker."""

    def __init__(
        self,
        database: Database,
        journal: Journal,
        totals: Rollups,
        on_commit: Iterable[OnCommit] = (),
    ) -> None:
        self._database = database
        self._journal = journal
        self._totals = totals
        self._waiting: list[_Pending] = []
        self._kept: list[_Pending] = []  # in the journal, not yet in the database
        self._wake = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._group_size = GROUP_SIZE
        self._is_closing = False
        self._on_commit = tuple(on_commit)

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

    def record(self, entry: LedgerEntry, segment: int) -> asyncio.Future[None]:
        """Hand in a finished row; the future is done once the row is safe."""
        committed = asyncio.get_running_loop().create_future()
        self._waiting.append(_Pending(entry, segment, committed))
        self._wake.set()
        return committed

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
        try:
            await self._insert([pending.entry for pending in group])
        except Exception as error:  # whatever the reason is, no row may be lost
            log.error("the ledger cannot write %d rows: %s", len(group), engine.reason(error))
            self._keep(group)
        else:
            self._commit(group)

    async def _write_after_outage(self) -> None:
        """Try to write the kept rows; until that works, new rows go to the journal too."""
        self._keep_fresh()
        group = self._kept[: self._group_size]
        try:
            await self._insert_kept(group)
        except Exception as error:
            log.warning("the ledger keeps %d rows: %s", len(self._kept), engine.reason(error))
            await self._after_failure(group, error)
        else:
            self._group_size = GROUP_SIZE
            del self._kept[: len(group)]
            self._commit(group)

    async def _insert_kept(self, group: list[_Pending]) -> None:
        """Write rows to a database that may take seconds to refuse; fresh ones need not wait."""
        attempt = asyncio.create_task(self.insert_missing([pending.entry for pending in group]))
        attempt.add_done_callback(lambda _done: self._wake.set())
        while not attempt.done():
            self._wake.clear()
            await self._wake.wait()
            self._keep_fresh()
        attempt.result()

    async def _after_failure(self, group: list[_Pending], error: Exception) -> None:
        """Wait for the database; a row that it refuses must not hold up the others for ever."""
        if self._is_closing:
            self._kept.clear()  # the next start adopts them from the journal
        elif engine.is_away(error):
            await self._pause()
        elif len(group) > 1:
            self._group_size = 1
        else:
            await self._reject(group[0])

    async def _reject(self, pending: _Pending) -> None:
        try:
            self._journal.reject(pending.entry, pending.segment)
        except OSError:
            await self._pause()  # the journal's disk is full: the next round tries again
            return
        log.critical("the database refuses row %s: it lies in the journal", pending.entry.id)
        self._kept.remove(pending)
        _resolve(pending)

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

    def _commit(self, group: list[_Pending]) -> None:
        for pending in group:
            self._journal.release(pending.segment)
            _resolve(pending)
        try:
            for listen in self._on_commit:
                listen([pending.entry for pending in group])
        except Exception:  # whoever listens must not stop the books
            log.exception("what listens to the ledger failed")

    async def _insert(self, entries: list[LedgerEntry]) -> None:
        await self._database.write(lambda it: self._insert_into(it, entries), "calls")

    async def insert_missing(self, entries: list[LedgerEntry]) -> int:
        """Insert the rows that are not there yet; return how many those were.

        An earlier try may have ended in the dark: the row's id keeps it from being counted twice.
        """

        def work(connection: Connection) -> int:
            ids = [entry.id for entry in entries]
            known = select(calls_table.c.id).where(calls_table.c.id.in_(ids))
            present = set(connection.scalars(known))
            missing = [entry for entry in entries if entry.id not in present]
            if missing:
                self._insert_into(connection, missing)
            return len(missing)

        return await self._database.write(work, "calls")

    async def hasten(self, entries: list[LedgerEntry]) -> None:
        """Have rows settled soon whose answer will not come any more, by what is known of them."""
        columns, known = calls_table.c, {entry.id: entry for entry in entries}
        open_rows = select(columns.id).where(columns.id.in_(known), columns.settled.is_(False))

        def work(connection: Connection) -> None:
            for row_id in list(connection.scalars(open_rows)):
                values = {
                    "settle_at_ms": known[row_id].settle_at_ms or clock.now_ms(),
                    "generation_id": func.coalesce(
                        columns.generation_id, known[row_id].generation_id
                    ),
                }
                is_open = (columns.id == row_id) & columns.settled.is_(False)
                connection.execute(update(calls_table).where(is_open).values(values))

        await self._database.write(work, "calls")

    def _insert_into(self, connection: Connection, entries: list[LedgerEntry]) -> None:
        CALLS.insert(connection, [msgspec.structs.astuple(entry) for entry in entries])
        self._totals.add(connection, [rollups.of(entry) for entry in entries])


def _resolve(pending: _Pending) -> None:
    if not pending.committed.done():
        pending.committed.set_result(None)
