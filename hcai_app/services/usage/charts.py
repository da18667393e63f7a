"""Time series of a user's usage, grouped by model or key.

Out of the roll-ups, whose rows do not grow in number with the ledger. Only the last five minutes
come from the ledger itself: roll-ups know minutes at best, and the window is bounded by time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, Table, func, literal_column, select

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.db.models.rollups import NO_KEY
from hcai_app.db.tables import calls_table, hours_table, keys_table, minutes_table
from hcai_app.services.call import first_id_at

# More cannot be told apart in a stack of thin bars; all others are one.
MOST_NAMES = 6
OTHER = "other"


class Range(StrEnum):
    """How far back a chart goes."""

    MINUTES = "5m"
    DAY = "24h"
    WEEK = "7d"
    MONTH = "30d"


class Group(StrEnum):
    """The dimension that a chart groups by."""

    MODEL = "model"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Span:
    """The buckets of a range, and what they are read from."""

    bucket_ms: int
    count: int
    source: Table

    def from_ms(self, now_ms: int) -> int:
        """Return when the first bucket begins; the last one is still going on."""
        return clock.floor_ms(now_ms, self.bucket_ms) - (self.count - 1) * self.bucket_ms


SPANS = {
    Range.MINUTES: Span(5_000, 60, calls_table),
    Range.DAY: Span(15 * clock.MS_PER_MINUTE, 96, minutes_table),
    Range.WEEK: Span(3 * clock.MS_PER_HOUR, 56, hours_table),
    # A bar is a calendar day, whatever the budget's period is.
    Range.MONTH: Span(clock.MS_PER_DAY, 30, hours_table),
}


@dataclass(frozen=True, slots=True)
class Bucket:
    """What one model or key did in one bucket of time."""

    start_ms: int
    name: str  # a model, a key's id, NO_KEY for the playground, or OTHER
    requests: int
    tokens: int
    cost_nanousd: int


@dataclass(frozen=True, slots=True)
class Series:
    """A chart's buckets, those with nothing in them left out."""

    range: Range
    group: Group
    bucket_ms: int
    from_ms: int  # the first bucket's start; a tail's is that of the first bucket read
    now_ms: int
    buckets: tuple[Bucket, ...]
    labels: dict[str, str]  # by key id: what the user calls it; empty for models


async def series(
    database: Database, user_id: str, range: Range, group: Group, *, since_ms: int | None = None
) -> Series:
    """Return a user's chart, its lesser names folded into OTHER.

    With `since_ms` only the buckets that reach beyond it, under all their names: the caller knows
    which ones the chart shows.

    Raises:
        Unavailable: When the database is away.
    """
    now_ms = clock.now_ms()
    return await database.read(
        lambda it: read(it, user_id, range, group, now_ms, since_ms), "chart"
    )


def read(
    connection: Connection,
    user_id: str,
    range: Range,
    group: Group,
    now_ms: int,
    since_ms: int | None = None,
) -> Series:
    """Read a chart as `series` does, within the caller's unit of work."""
    span = SPANS[range]
    from_ms = span.from_ms(now_ms)
    if since_ms is not None:
        from_ms = max(from_ms, clock.floor_ms(since_ms, span.bucket_ms))
    buckets = _buckets(connection, user_id, span, group, from_ms)
    labels = _labels(connection, user_id) if group is Group.KEY else {}
    whole = Series(range, group, span.bucket_ms, from_ms, now_ms, buckets, labels)
    return whole if since_ms is not None else fold(whole, top_names(buckets))


def top_names(buckets: Iterable[Bucket], most: int | None = MOST_NAMES) -> list[str]:
    """Return the names to show, the greatest first: by their share of the calls and of the cost.

    One list for every measure, so that a chart keeps its colours when the measure changes.
    """
    requests: dict[str, int] = {}
    costs: dict[str, int] = {}
    for bucket in buckets:
        requests[bucket.name] = requests.get(bucket.name, 0) + bucket.requests
        costs[bucket.name] = costs.get(bucket.name, 0) + bucket.cost_nanousd
    all_requests, all_costs = sum(requests.values()) or 1, sum(costs.values()) or 1

    def rank(name: str) -> tuple[float, str]:
        return -(requests[name] / all_requests + costs[name] / all_costs), name

    return sorted(requests, key=rank)[:most]


def fold(whole: Series, shown: Sequence[str]) -> Series:
    """Return the series with every name that is not shown put together as OTHER."""
    kept: list[Bucket] = []
    rest: dict[int, Bucket] = {}
    for bucket in whole.buckets:
        if bucket.name in shown:
            kept.append(bucket)
        else:
            before = rest.get(bucket.start_ms, Bucket(bucket.start_ms, OTHER, 0, 0, 0))
            rest[bucket.start_ms] = Bucket(
                bucket.start_ms,
                OTHER,
                before.requests + bucket.requests,
                before.tokens + bucket.tokens,
                before.cost_nanousd + bucket.cost_nanousd,
            )
    ordered = sorted([*kept, *rest.values()], key=lambda bucket: bucket.start_ms)
    return replace(whole, buckets=tuple(ordered))


def _buckets(
    connection: Connection, user_id: str, span: Span, group: Group, from_ms: int
) -> tuple[Bucket, ...]:
    columns = span.source.c
    is_ledger = span.source is calls_table
    moment = columns.started_at_ms if is_ledger else columns.start_ms
    # Written out: PostgreSQL takes two bound values for two different ones, and would not group.
    start: ColumnElement[int] = moment - moment % literal_column(str(span.bucket_ms))
    name = columns.model if group is Group.MODEL else func.coalesce(columns.key_id, NO_KEY)
    requests: ColumnElement[int] = func.count() if is_ledger else func.sum(columns.requests)
    query = (
        select(
            start, name, requests, func.sum(columns.total_tokens), func.sum(columns.cost_nanousd)
        )
        .where(columns.user_id == user_id)
        # Ids sort in the order of starts, and the index (user_id, id) finds the first.
        .where(columns.id >= first_id_at(from_ms) if is_ledger else moment >= from_ms)
        .group_by(literal_column("1"), literal_column("2"))
        .having(requests > 0)  # a call that was settled under another name leaves a row of zeros
        .order_by(literal_column("1"), literal_column("2"))
    )
    found = connection.execute(query)
    return tuple(Bucket(int(at), label, *map(int, sums)) for at, label, *sums in found)


def _labels(connection: Connection, user_id: str) -> dict[str, str]:
    columns = keys_table.c
    found = connection.execute(select(columns.id, columns.name).where(columns.user_id == user_id))
    return {NO_KEY: "Playground", **{row.id: row.name for row in found}}
