"""A user's own calls, newest first: filtered and paged by keyset.

Pages go by the id of the last call, which opens with its start. What a filter looks for may be rare
among a million rows: the roll-ups of hours say where it can be, and of the ledger a page reads so
many rows at most. A page that ends so says how far it has looked.
"""

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.db.models.rollups import NO_KEY
from hcai_app.db.tables import calls_table, hours_table
from hcai_app.errors import NotFound
from hcai_app.services.call import LedgerEntry, first_id_at
from hcai_app.services.ledger.rollups import FAILED
from hcai_app.services.ledger.rows import entry_from
from hcai_app.services.usage.filters import PLAYGROUND, Filter

PAGE = 50
EXPORT_PAGE = 1_000
# The most that one page looks at: ledger rows, rows of hours, and spans of hours with gaps between.
SCANNED_ROWS = 20_000
SCANNED_HOURS = 20_000
SCANNED_SPANS = 60
ID_TIME_HEX = 12

Columns = ReadOnlyColumnCollection[str, Any]
Span = tuple[str, str]  # of ids: the first, and the first after it


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """Some calls; `older` is where the next page begins, None at the end of the ledger.

    `searched_to_ms` is set when the page is not full because it has looked at enough.
    """

    calls: list[LedgerEntry]
    older: str | None
    searched_to_ms: int | None = None


async def page(
    database: Database, user_id: str, wanted: Filter, before: str | None = None, size: int = PAGE
) -> ActivityPage:
    """Return the user's newest calls, or those before a call's id.

    Raises:
        Unavailable: When the database is away.
    """
    return await database.read(lambda it: _Search(it, user_id, wanted, size).run(before), "calls")


async def every(
    database: Database, user_id: str, wanted: Filter
) -> AsyncIterator[list[LedgerEntry]]:
    """Yield all of the user's calls that are wanted, newest first, in pieces.

    Raises:
        Unavailable: When the database is away.
    """
    before: str | None = None
    while True:
        found = await page(database, user_id, wanted, before, EXPORT_PAGE)
        yield found.calls
        before = found.older
        if before is None:
            return


async def one(database: Database, user_id: str, call_id: str) -> LedgerEntry:
    """Return one of the user's calls.

    Raises:
        NotFound: When the user has no such call.
        Unavailable: When the database is away.
    """
    columns = calls_table.c
    query = select(calls_table).where(columns.id == call_id, columns.user_id == user_id)
    row = await database.read(lambda it: it.execute(query).mappings().first(), "call")
    if row is None:
        raise NotFound("There is no such call.")
    return entry_from(row)


def newest_hours(user_id: str, *columns: ColumnElement[Any]) -> Select[Any]:
    """Return a query for a user's roll-ups of hours, newest first, by the primary key."""
    hours = hours_table.c
    query = select(*columns).where(hours.user_id == user_id)
    return query.order_by(hours.start_ms.desc(), hours.key_id.desc(), hours.model.desc())


class _Search:
    """One page's way through the ledger."""

    def __init__(self, connection: Connection, user_id: str, wanted: Filter, size: int) -> None:
        self._connection = connection
        self._user_id = user_id
        self._first = first_id_at(wanted.from_ms)
        self._end = first_id_at(wanted.until_ms)
        self._wanted = wanted
        self._size = size
        self._rows_left = max(SCANNED_ROWS, size)
        self._found: list[LedgerEntry] = []

    def run(self, before: str | None) -> ActivityPage:
        """Return the calls before an id, as far as one page looks."""
        if self._wanted.is_refused:
            return ActivityPage([], None)  # those have no row of the ledger
        before = self._end if before is None else min(before, self._end)
        if not self._wanted.is_narrow:
            return self._page(self._read(self._first, before, []))
        spans, left_at = self._spans(before)
        of_calls = list(_of_calls(self._wanted))
        for low, high in spans:
            stopped_at = self._look(max(low, self._first), min(high, before), of_calls)
            if stopped_at is not None:
                return self._page(stopped_at)
        return self._page(left_at)

    def _page(self, older: str | None) -> ActivityPage:
        is_full = len(self._found) == self._size
        return ActivityPage(
            self._found, older, None if is_full or older is None else _start_of(older)
        )

    def _spans(self, before: str) -> tuple[list[Span], str | None]:
        """Return where wanted calls can be, newest first, and where that search stopped if it did.

        The hour in which it stops is left to the next page, whole.
        """
        # A bare moment is where an hour begins: the calls before it are of the one before.
        hours, newest_ms = hours_table.c, _start_of(before) - (len(before) == ID_TIME_HEX)
        looked_at = (
            newest_hours(self._user_id, *hours)
            .where(hours.start_ms <= newest_ms)
            .where(hours.start_ms > _start_of(self._first) - clock.MS_PER_HOUR)
            .limit(SCANNED_HOURS)
            .subquery()
        )
        bounds = select(func.min(looked_at.c.start_ms), func.count(looked_at.c.start_ms))
        oldest, rows = self._connection.execute(bounds).one()
        stop = None
        if rows == SCANNED_HOURS:
            left = oldest + clock.MS_PER_HOUR
            stop = left if left <= newest_ms else oldest
        starts = (
            select(looked_at.c.start_ms)
            .where(*_of_hours(self._wanted, looked_at.c), looked_at.c.start_ms >= (stop or 0))
            .distinct()
            .order_by(looked_at.c.start_ms.desc())
        )
        return _joined(self._connection.scalars(starts), stop)

    def _look(self, low: str, high: str, wanted: list[ColumnElement[bool]]) -> str | None:
        """Read a span's wanted calls; return where the page ends, None when it goes on."""
        if self._rows_left <= 0:
            return high
        floor, rows = self._floor(low, high)
        if floor is None:
            return None
        self._rows_left -= rows
        older = self._read(floor, high, wanted)
        return floor if older is None and self._rows_left <= 0 else older

    def _floor(self, low: str, high: str) -> tuple[str | None, int]:
        """Return the lowest id that the page may still look at, and how many rows that makes."""
        ids = self._between(select(calls_table.c.id), low, high).limit(self._rows_left).subquery()
        floor, rows = self._connection.execute(
            select(func.min(ids.c.id), func.count(ids.c.id))
        ).one()
        return floor, rows

    def _read(self, low: str, high: str, wanted: list[ColumnElement[bool]]) -> str | None:
        """Read calls until the page is full; return the last one's id if there are more."""
        room = self._size - len(self._found)
        query = self._between(select(calls_table), low, high).where(*wanted).limit(room + 1)
        rows = list(self._connection.execute(query).mappings())
        self._found += map(entry_from, rows[:room])
        return self._found[-1].id if len(rows) > room else None

    def _between(self, query: Select[Any], low: str, high: str) -> Select[Any]:
        calls = calls_table.c
        of_user = query.where(calls.user_id == self._user_id, calls.id >= low, calls.id < high)
        return of_user.order_by(calls.id.desc())


def _of_calls(wanted: Filter) -> Iterator[ColumnElement[bool]]:
    """Yield what is wanted of a call."""
    calls = calls_table.c
    if wanted.model is not None:
        yield calls.model == wanted.model
    if wanted.key is not None:
        yield calls.key_id.is_(None) if wanted.key == PLAYGROUND else calls.key_id == wanted.key
    if wanted.outcome is not None:
        yield calls.outcome == wanted.outcome.value


def _of_hours(wanted: Filter, hours: Columns) -> Iterator[ColumnElement[bool]]:
    """Yield what is true of each hour that a wanted call lies in."""
    if wanted.model is not None:
        yield hours.model == wanted.model
    if wanted.key is not None:
        yield hours.key_id == (NO_KEY if wanted.key == PLAYGROUND else wanted.key)
    if wanted.outcome is not None:
        is_failure = wanted.outcome.value in FAILED
        yield hours.failures > 0 if is_failure else hours.requests > hours.failures


def _joined(starts: Iterable[int], stop: int | None) -> tuple[list[Span], str | None]:
    """Return hours, newest first, as spans of ids; and where the search stopped, if it did."""
    spans: list[tuple[int, int]] = []
    for start in starts:
        if spans and spans[-1][0] == start + clock.MS_PER_HOUR:
            spans[-1] = (start, spans[-1][1])
        elif len(spans) < SCANNED_SPANS:
            spans.append((start, start + clock.MS_PER_HOUR))
        else:
            stop = start + clock.MS_PER_HOUR
            break
    ids = [(first_id_at(low), first_id_at(high)) for low, high in spans]
    return ids, None if stop is None else first_id_at(stop)


def _start_of(call_id: str) -> int:
    """Return the start that an id opens with."""
    return int(call_id[:ID_TIME_HEX], 16)
