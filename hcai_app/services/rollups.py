"""Roll-ups: what each ledger row adds to the sums, and the statements that add it.

All statements take rows in the order of their primary key, so that two workers never deadlock.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Table, case
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import Insert

from hcai_app import clock
from hcai_app.db.models import KeyTotalRow, SiteDayRow, UsageHourRow, UsageMinuteRow
from hcai_app.db.models.rollups import NO_KEY
from hcai_app.services.calls import Entry, Outcome

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


class Amount(NamedTuple):
    """What one row, or the settling of one, adds to every sum that it belongs to."""

    user_id: str
    key_id: str
    model: str
    started_at_ms: int
    sums: tuple[int, ...]  # in the order of SUMS


def of(entry: Entry) -> Amount:
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


class Rollups:
    """Adds amounts to the roll-ups, as one worker."""

    def __init__(self, is_sqlite: bool, worker: str) -> None:
        self._worker = worker
        self._add_hours = _adding(UsageHourRow, is_sqlite)
        self._add_minutes = _adding(UsageMinuteRow, is_sqlite)
        self._add_keys = _adding(KeyTotalRow, is_sqlite)
        self._add_days = _adding(SiteDayRow, is_sqlite)

    async def add(self, connection: AsyncConnection, amounts: Iterable[Amount]) -> None:
        """Add amounts within the caller's transaction."""
        hours: dict[Any, list[int]] = {}
        minutes: dict[Any, list[int]] = {}
        keys: dict[Any, list[int]] = {}
        days: dict[Any, list[int]] = {}
        last_calls: dict[Any, int] = {}
        minutes_from = clock.now_ms() - MINUTES_KEPT_MS
        for user, key, model, at_ms, sums in amounts:
            _sum(hours, (user, at_ms - at_ms % clock.MS_PER_HOUR, key, model), sums)
            if at_ms >= minutes_from:
                _sum(minutes, (user, at_ms - at_ms % clock.MS_PER_MINUTE, key, model), sums)
            _sum(keys, (user, key), sums)
            _sum(days, (at_ms - at_ms % clock.MS_PER_DAY, model, self._worker), sums)
            last_calls[user, key] = max(last_calls.get((user, key), 0), at_ms)
        by_model = ("user_id", "start_ms", "key_id", "model")
        await connection.execute(self._add_hours, _parameters(by_model, hours))
        if minutes:
            await connection.execute(self._add_minutes, _parameters(by_model, minutes))
        key_rows = _parameters(("user_id", "key_id"), keys)
        for row in key_rows:
            row["last_call_ms"] = last_calls[row["user_id"], row["key_id"]]
        await connection.execute(self._add_keys, key_rows)
        await connection.execute(self._add_days, _parameters(("start_ms", "model", "worker"), days))


def _sum(into: dict[Any, list[int]], key: tuple[Any, ...], sums: tuple[int, ...]) -> None:
    present = into.get(key)
    if present is None:
        into[key] = list(sums)
    else:
        into[key] = [a + b for a, b in zip(present, sums, strict=True)]


def _parameters(names: tuple[str, ...], sums: dict[Any, list[int]]) -> list[dict[str, Any]]:
    columns = (*names, *SUMS)
    return [dict(zip(columns, (*key, *sums[key]), strict=True)) for key in sorted(sums)]


def _adding(model: type[Any], is_sqlite: bool) -> Insert:
    """Return the statement that inserts a row of sums or adds to the one that is there."""
    table: Table = model.__table__
    insert = sqlite.insert(table) if is_sqlite else postgresql.insert(table)
    columns: dict[str, Any] = {name: table.c[name] + insert.excluded[name] for name in SUMS}
    if "last_call_ms" in table.c:
        known, given = table.c.last_call_ms, insert.excluded.last_call_ms
        columns["last_call_ms"] = case((given > known, given), else_=known)
    return insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=columns)
