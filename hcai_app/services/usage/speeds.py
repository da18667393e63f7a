"""How fast models answer here, and how reliably: measured on the calls of everyone together.

Read on demand and cached, so that a call pays nothing for it and a restart loses nothing. Times are
medians over the newest calls of the ledger, a bounded number of them; shares come from the
roll-ups. Nothing of it is about a user.
"""

from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    func,
    literal,
    select,
    union_all,
)

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.db.tables import calls_table, days_table, hours_table
from hcai_app.refreshed import Refreshed
from hcai_app.services.call import Outcome, first_id_at
from hcai_app.services.ledger import rollups

HOURS, DAYS = 24, 7
# Fewer calls say nothing: of a share, and of a median.
MIN_CALLS, MIN_TIMED = 20, 5
# The newest completed calls that are looked at, all models together.
SAMPLED_ROWS = 10_000
# Of an answer that is shorter the pace is that of the network's packets.
MIN_TOKENS = 32
FRESH_S = 30.0
PATIENCE_S = 1.0
WHAT = "models' speed"
FIRST, WHOLE, PACE = "first", "whole", "pace"


@dataclass(frozen=True, slots=True)
class Share:
    """How many calls there were, and how many of them the provider or we failed."""

    requests: int = 0
    failures: int = 0

    @property
    def is_enough(self) -> bool:
        """Whether there are enough calls to say anything."""
        return self.requests >= MIN_CALLS


@dataclass(frozen=True, slots=True)
class Speed:
    """One model as measured; None: too few calls to say."""

    first_ms: int | None = None  # to the first token, of streams
    whole_ms: int | None = None  # to the end of an answer
    tokens_per_s: float | None = None  # once an answer has begun
    day: Share = Share()  # the last 24 hours, and the hour in which they begin
    week: Share = Share()  # today and the six UTC days before


@dataclass(frozen=True, slots=True)
class Speeds:
    """All models that were called lately, by their ids."""

    of_models: dict[str, Speed] = field(default_factory=dict)

    def of(self, model: str) -> Speed:
        """Return a model as measured."""
        return self.of_models.get(model, Speed())


def cached(database: Database) -> Refreshed[Speeds]:
    """Return all models as measured, read again at most twice a minute, when somebody looks."""

    def read() -> Awaitable[Speeds]:
        return database.read(_read, WHAT)

    return Refreshed(WHAT, read, fresh_s=FRESH_S, retry_s=FRESH_S / 6, patience_s=PATIENCE_S)


def _read(connection: Connection) -> Speeds:
    now_ms = clock.now_ms()
    medians = _medians(connection, now_ms)
    day, week = _last_day(connection, now_ms), _last_week(connection, now_ms)
    return Speeds(
        {
            model: Speed(
                medians.get((model, FIRST)),
                medians.get((model, WHOLE)),
                pace / 1000 if (pace := medians.get((model, PACE))) is not None else None,
                day.get(model, Share()),
                share,
            )
            for model, share in week.items()
        }
    )


def _medians(connection: Connection, now_ms: int) -> dict[tuple[str, str], int]:
    """Return each model's medians where they are told by enough calls; a pace in thousandths."""
    values = _values(now_ms)
    place = func.row_number().over(partition_by=(values.c.model, values.c.kind),
                                   order_by=values.c.value)  # fmt: skip
    count = func.count().over(partition_by=(values.c.model, values.c.kind))
    ranked = select(
        values.c.model, values.c.kind, values.c.value, place.label("place"), count.label("count")
    ).subquery()
    middle = select(ranked.c.model, ranked.c.kind, ranked.c.value).where(
        ranked.c.count >= MIN_TIMED, ranked.c.place == (ranked.c.count + 1) // 2
    )
    return {(model, kind): int(value) for model, kind, value in connection.execute(middle)}


def _values(now_ms: int) -> Subquery:
    """Return a query for what is measured: model, kind and value of each call."""
    calls = calls_table.c
    newest = (
        select(calls.model, calls.streamed, calls.first_byte_ms, calls.duration_ms)
        .add_columns(calls.completion_tokens)
        .where(calls.id >= first_id_at(now_ms - DAYS * HOURS * clock.MS_PER_HOUR))
        .where(calls.outcome == Outcome.COMPLETED.value)
        .order_by(calls.id.desc())
        .limit(SAMPLED_ROWS)
        .cte("newest")
    )
    row = newest.c
    writing_ms = row.duration_ms - row.first_byte_ms
    pace = row.completion_tokens * 1_000_000 // func.nullif(writing_ms, 0)
    is_stream = row.streamed & row.first_byte_ms.is_not(None)
    is_long = is_stream & (row.completion_tokens >= MIN_TOKENS) & (writing_ms > 0)

    def kind(name: str, value: ColumnElement[int], *where: ColumnElement[bool]) -> Any:
        return select(row.model, literal(name).label("kind"), value.label("value")).where(*where)

    return union_all(
        kind(FIRST, row.first_byte_ms, is_stream),
        kind(WHOLE, row.duration_ms),
        kind(PACE, pace, is_long),
    ).subquery()


def _last_day(connection: Connection, now_ms: int) -> dict[str, Share]:
    hours = hours_table.c
    first = clock.floor_ms(now_ms - HOURS * clock.MS_PER_HOUR, clock.MS_PER_HOUR)
    sums = func.sum(hours.requests), func.sum(hours.failures)
    query = select(hours.model, *sums).where(hours.start_ms >= first).group_by(hours.model)
    return _shares(connection, query)


def _last_week(connection: Connection, now_ms: int) -> dict[str, Share]:
    days = days_table.c
    first = rollups.calendar_day_ms(now_ms - (DAYS - 1) * HOURS * clock.MS_PER_HOUR)
    sums = func.sum(days.requests), func.sum(days.failures)
    query = select(days.model, *sums).where(days.start_ms >= first).group_by(days.model)
    return _shares(connection, query)


def _shares(connection: Connection, query: Select[str, int, int]) -> dict[str, Share]:
    found = ((model, int(calls), int(lost)) for model, calls, lost in connection.execute(query))
    return {model: Share(calls, lost) for model, calls, lost in found if calls > 0}
