"""What happens now, over all users and workers: for the operators' overview, from the roll-ups."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.db.tables import (
    calls_table,
    days_table,
    hours_table,
    minutes_table,
    refusals_table,
    users_table,
)
from hcai_app.refreshed import Refreshed, Stale
from hcai_app.services.call import Outcome, first_id_at
from hcai_app.services.limits.period import budget_period

MINUTES = 60
TOP = 10
FAILURES = 8
FRESH_S = 2.0
# What is added up of a whole day: read seldom, and no view waits for it longer than this.
TODAY_FRESH_S, TODAY_PATIENCE_S = 10.0, 0.1
WHAT = "overview"


@dataclass(frozen=True, slots=True)
class Traffic:
    """How much went through in a time."""

    requests: int
    failures: int
    cost_nanousd: int


@dataclass(frozen=True, slots=True)
class TopUser:
    """Who spends most in this period."""

    user_id: str
    name: str
    slack_id: str | None
    requests: int
    cost_nanousd: int


@dataclass(frozen=True, slots=True)
class FailedCall:
    """A call that did not come to its end."""

    id: str
    user_id: str
    model: str
    status: int
    outcome: str


@dataclass(frozen=True, slots=True)
class SiteNow:
    """The present, as one read of the database has it."""

    at_ms: int
    period: Traffic  # the budget's period
    minutes: list[Traffic]  # the last hour, oldest first
    outcomes: list[tuple[str, int]]  # of the last hour
    failed: list[FailedCall]  # of the last hour, newest first
    models: list[tuple[str, Traffic]]  # of the period, the dearest first
    refused: list[tuple[str, int]]  # of the last hour, by type


@dataclass(frozen=True, slots=True)
class SiteToday:
    """What takes longer to add up, as it grows with a day's users and refusals."""

    top_users: list[TopUser]  # of the budget's period
    rules: list[tuple[str, int]]  # of the last day: rules that refused, the busiest first


def cached(database: Database) -> Refreshed[SiteNow]:
    """Return what happens now, read again at most every two seconds."""

    def read() -> Awaitable[SiteNow]:
        return database.read(_read, WHAT)

    return Refreshed(WHAT, read, fresh_s=FRESH_S)


def cached_today(database: Database) -> Refreshed[SiteToday]:
    """Return what is added up of the day; None where the first reading takes longer."""

    def read() -> Awaitable[SiteToday]:
        return database.read(_read_today, WHAT)

    return Refreshed(
        WHAT,
        read,
        fresh_s=TODAY_FRESH_S,
        patience_s=TODAY_PATIENCE_S,
        stale=Stale.ON_FAILURE,
    )


def _read(connection: Connection) -> SiteNow:
    now_ms = clock.now_ms()
    start_ms = budget_period(now_ms).start_ms
    hour_ago = first_id_at(now_ms - clock.MS_PER_HOUR)
    models = _by_model(connection, start_ms)
    return SiteNow(
        at_ms=now_ms,
        period=_sum([traffic for _name, traffic in models]),
        minutes=_minutes(connection, now_ms),
        outcomes=_counted(connection, calls_table.c.outcome, calls_table.c.id >= hour_ago),
        failed=_failed(connection, hour_ago),
        models=models[:TOP],
        refused=_counted(connection, refusals_table.c.type, refusals_table.c.id >= hour_ago),
    )


def _read_today(connection: Connection) -> SiteToday:
    now_ms = clock.now_ms()
    day_ago = first_id_at(now_ms - 24 * clock.MS_PER_HOUR)
    return SiteToday(
        top_users=_top_users(connection, budget_period(now_ms).start_ms),
        rules=_counted(
            connection,
            refusals_table.c.rule,
            refusals_table.c.id >= day_ago,
            refusals_table.c.type == "fair_use_error",
        ),
    )


def _sums(columns: ReadOnlyColumnCollection[str, Any]) -> list[ColumnElement[Any]]:
    return [func.sum(columns[name]) for name in ("requests", "failures", "cost_nanousd")]


def _traffic(*sums: int | None) -> Traffic:
    return Traffic(*(int(number or 0) for number in sums))


def _sum(parts: list[Traffic]) -> Traffic:
    return Traffic(
        sum(part.requests for part in parts),
        sum(part.failures for part in parts),
        sum(part.cost_nanousd for part in parts),
    )


def _by_model(connection: Connection, start_ms: int) -> list[tuple[str, Traffic]]:
    days = days_table.c
    query = select(days.model, *_sums(days)).where(days.start_ms >= start_ms).group_by(days.model)
    found = [(model, _traffic(*sums)) for model, *sums in connection.execute(query)]
    return sorted(found, key=lambda it: (-it[1].cost_nanousd, -it[1].requests, it[0]))


def _minutes(connection: Connection, now_ms: int) -> list[Traffic]:
    columns = minutes_table.c
    last = clock.floor_ms(now_ms, clock.MS_PER_MINUTE)
    first = last - (MINUTES - 1) * clock.MS_PER_MINUTE
    query = select(columns.start_ms, *_sums(columns)).where(columns.start_ms >= first)
    grouped = query.group_by(columns.start_ms)
    found = {start: _traffic(*sums) for start, *sums in connection.execute(grouped)}
    starts = range(first, last + 1, clock.MS_PER_MINUTE)
    return [found.get(start, Traffic(0, 0, 0)) for start in starts]


def _counted(
    connection: Connection, name: ColumnElement[Any], *where: ColumnElement[bool]
) -> list[tuple[str, int]]:
    """Count rows by a column, the most first."""
    query = select(name, func.count()).where(name.is_not(None), *where).group_by(name)
    found = ((label, count) for label, count in connection.execute(query))
    return sorted(found, key=lambda it: (-it[1], it[0]))[:TOP]


def _failed(connection: Connection, first_id: str) -> list[FailedCall]:
    columns = calls_table.c
    shown = (columns[name] for name in FailedCall.__dataclass_fields__)
    failed = columns.outcome != Outcome.COMPLETED.value
    query = select(*shown).where(columns.id >= first_id, failed)
    return [FailedCall(*row) for row in connection.execute(_newest(query))]


def _newest(query: Any) -> Any:
    return query.order_by(calls_table.c.id.desc()).limit(FAILURES)


def _top_users(connection: Connection, start_ms: int) -> list[TopUser]:
    hours, user = hours_table.c, users_table.c
    cost = func.sum(hours.cost_nanousd).label("cost")
    spent = (
        select(hours.user_id, func.sum(hours.requests).label("requests"), cost)
        .where(hours.start_ms >= start_ms)
        .group_by(hours.user_id)
        .order_by(cost.desc())
        .limit(TOP)
        .subquery()
    )
    query = select(user.id, user.name, user.slack_id, spent.c.requests, spent.c.cost)
    joined = query.join(spent, spent.c.user_id == user.id).order_by(spent.c.cost.desc(), user.id)
    return [TopUser(*row[:3], int(row[3]), int(row[4])) for row in connection.execute(joined)]
