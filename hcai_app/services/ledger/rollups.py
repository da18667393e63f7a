"""Roll-ups: what a ledger row adds to each aggregate, and the upserts that add it.

All statements take rows in the order of their primary key, so that two workers never deadlock.
"""

from collections.abc import Iterable, Iterator
from operator import add
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table

from hcai_app import clock
from hcai_app.db.bulk import Bulk, Statement, adding
from hcai_app.db.models.rollups import NO_KEY
from hcai_app.db.tables import days_table, hours_table, minutes_table, totals_table
from hcai_app.services.call import LedgerEntry, Outcome

MINUTES_KEPT_MS = 25 * clock.MS_PER_HOUR
SUMS = (
    "requests",
    "failures",
    "prompt_tokens",
    "completion_tokens",
    "total_tokens",
    "cost_nanousd",
)
FAILED = frozenset({Outcome.UPSTREAM_ERROR.value, Outcome.INTERRUPTED.value})


Sums = dict[tuple[Any, ...], tuple[int, ...]]  # a roll-up's key -> what is added, as in SUMS
Latest = dict[tuple[Any, ...], int]  # user and key -> the start of their latest call
Rows = list[tuple[Any, ...]]


def _bulk(table: Table, *key: str, latest: tuple[str, ...] = ()) -> Bulk:
    return Bulk(table, (*key, *latest, *SUMS), on_conflict=adding(table, SUMS, latest))


HOURS = _bulk(hours_table, "user_id", "start_ms", "key_id", "model")
MINUTES = _bulk(minutes_table, "user_id", "start_ms", "key_id", "model")
KEYS = _bulk(totals_table, "user_id", "key_id", latest=("last_call_ms",))
DAYS = _bulk(days_table, "start_ms", "model", "worker")


class Amount(NamedTuple):
    """What one row, or the settling of one, adds to every sum that it belongs to."""

    user_id: str
    key_id: str
    model: str
    started_at_ms: int
    sums: tuple[int, ...]  # in the order of SUMS


def of(entry: LedgerEntry) -> Amount:
    """Return what a fresh row adds."""
    failed = 1 if entry.outcome in FAILED else 0
    return Amount(
        entry.user_id,
        entry.key_id or NO_KEY,
        entry.model,
        entry.started_at_ms,
        (
            1,
            failed,
            entry.prompt_tokens,
            entry.completion_tokens,
            entry.total_tokens,
            entry.cost_nanousd,
        ),
    )


def calendar_day_ms(at_ms: int) -> int:
    """Return the start of a moment's UTC day: a bar of a chart, whatever the budget's period is."""
    return clock.floor_ms(at_ms, clock.MS_PER_DAY)


class Rollups:
    """Adds amounts to the roll-ups, as one worker."""

    def __init__(self, worker: str) -> None:
        self._worker = worker

    def add(self, connection: Connection, amounts: Iterable[Amount]) -> None:
        """Add amounts within the caller's transaction."""
        for bulk, rows in self._rows(amounts):
            bulk.insert(connection, rows)

    def statements(self, dialect: str, amounts: Iterable[Amount]) -> Iterator[Statement]:
        """Yield the statements that add amounts, for `Database.write_batch`."""
        for bulk, rows in self._rows(amounts):
            yield from bulk.statements(dialect, rows)

    def _rows(self, amounts: Iterable[Amount]) -> Iterator[tuple[Bulk, Rows]]:
        """Sum once at the finest grain, and fold that into the coarser ones."""
        minutes: Sums = {}
        latest: Latest = {}
        for user, key, model, at_ms, sums in amounts:
            _add(minutes, (user, at_ms - at_ms % clock.MS_PER_MINUTE, key, model), sums)
            latest[user, key] = max(at_ms, latest.get((user, key), 0))
        hours: Sums = {}
        keys: Sums = {}
        days: Sums = {}
        for (user, minute, key, model), sums in minutes.items():
            _add(hours, (user, minute - minute % clock.MS_PER_HOUR, key, model), sums)
            _add(keys, (user, key), sums)
            _add(days, (calendar_day_ms(minute), model, self._worker), sums)
        first = clock.now_ms() - MINUTES_KEPT_MS - clock.MS_PER_MINUTE
        yield HOURS, [name + sums for name, sums in sorted(hours.items())]
        yield MINUTES, [name + sums for name, sums in sorted(minutes.items()) if name[1] > first]
        yield KEYS, [(*name, latest[name], *sums) for name, sums in sorted(keys.items())]
        yield DAYS, [name + sums for name, sums in sorted(days.items())]


def _add(into: Sums, name: tuple[Any, ...], sums: tuple[int, ...]) -> None:
    present = into.get(name)
    into[name] = sums if present is None else tuple(map(add, present, sums))
