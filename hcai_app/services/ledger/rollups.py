"""Roll-ups: what a ledger row adds to each aggregate, and the upserts that add it.

All statements take rows in the order of their primary key, so that two workers never deadlock.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table

from hcai_app import clock
from hcai_app.db.bulk import Bulk, adding
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
        hours: Sums = {}
        minutes: Sums = {}
        keys: Sums = {}
        days: Sums = {}
        last_calls: dict[Any, int] = {}
        minutes_from = clock.now_ms() - MINUTES_KEPT_MS
        for user, key, model, at_ms, sums in amounts:
            _sum(hours, (user, at_ms - at_ms % clock.MS_PER_HOUR, key, model), sums)
            if at_ms >= minutes_from:
                _sum(minutes, (user, at_ms - at_ms % clock.MS_PER_MINUTE, key, model), sums)
            _sum(keys, (user, key), sums)
            _sum(days, (calendar_day_ms(at_ms), model, self._worker), sums)
            last_calls[user, key] = max(last_calls.get((user, key), 0), at_ms)
        HOURS.insert(connection, _sorted_rows(hours))
        MINUTES.insert(connection, _sorted_rows(minutes))
        KEYS.insert(connection, [(*key, last_calls[key], *keys[key]) for key in sorted(keys)])
        DAYS.insert(connection, _sorted_rows(days))


def _sum(into: Sums, key: tuple[Any, ...], sums: tuple[int, ...]) -> None:
    present = into.get(key)
    if present is None:
        into[key] = sums
    else:
        into[key] = tuple(a + b for a, b in zip(present, sums, strict=True))


def _sorted_rows(sums: Sums) -> list[tuple[Any, ...]]:
    return [(*key, *sums[key]) for key in sorted(sums)]
