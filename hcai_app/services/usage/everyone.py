"""Usage of all users together, anonymous, from the roll-ups, cached."""

from collections.abc import Awaitable
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.db.tables import days_table, totals_table
from hcai_app.refreshed import Refreshed, Stale
from hcai_app.services.ledger import rollups
from hcai_app.services.usage.charts import SPANS, Bucket, Group, Range, Series

DAYS = SPANS[Range.MONTH].count
FRESH_S = 10.0
WHAT = "page's numbers"


@dataclass(frozen=True, slots=True)
class Used:
    """How much was used of something: a model, all of it."""

    requests: int
    tokens: int
    cost_nanousd: int


@dataclass(frozen=True, slots=True)
class SiteUse:
    """What everyone has used; `days` and `models` are of the last 30 UTC days, today with them."""

    people: int
    total: Used
    # By model, each under its name; its clock stands at the day's start, so that a reading equals
    # the one before unless somebody has called.
    days: Series
    models: list[tuple[str, Used]]  # the most called first


def cached(database: Database) -> Refreshed[SiteUse]:
    """Return the site's use, cached for ten seconds; Unavailable when the database is away."""

    def read() -> Awaitable[SiteUse]:
        return database.read(_read, WHAT)

    return Refreshed(WHAT, read, fresh_s=FRESH_S, stale=Stale.NEVER)


def _read(connection: Connection) -> SiteUse:
    columns = days_table.c
    sums = [
        func.coalesce(func.sum(column), 0)
        for column in (columns.requests, columns.total_tokens, columns.cost_nanousd)
    ]
    today = rollups.calendar_day_ms(clock.now_ms())
    first = today - (DAYS - 1) * clock.MS_PER_DAY
    lately = columns.start_ms >= first
    by_model = select(columns.model, *sums).where(lately).group_by(columns.model)
    models = [(model, _used(*rest)) for model, *rest in connection.execute(by_model)]
    callers = select(totals_table.c.user_id).distinct().subquery()
    return SiteUse(
        people=connection.scalar(select(func.count()).select_from(callers)) or 0,
        total=_used(*connection.execute(select(*sums)).one()),
        days=_days(connection, first, today),
        models=sorted(
            (it for it in models if it[1].requests > 0), key=lambda it: (-it[1].requests, it[0])
        ),
    )


def _days(connection: Connection, first_ms: int, today_ms: int) -> Series:
    columns = days_table.c
    requests = func.sum(columns.requests)
    query = (
        select(
            columns.start_ms,
            columns.model,
            requests,
            func.sum(columns.total_tokens),
            func.sum(columns.cost_nanousd),
        )
        .where(columns.start_ms >= first_ms)
        .group_by(columns.start_ms, columns.model)
        .having(requests > 0)
        .order_by(columns.start_ms, columns.model)
    )
    buckets = tuple(
        Bucket(int(at), model, *map(int, sums)) for at, model, *sums in connection.execute(query)
    )
    return Series(
        Range.MONTH, Group.MODEL, clock.MS_PER_DAY, first_ms, today_ms, buckets, labels={}
    )


def _used(*sums: int) -> Used:
    return Used(*(int(value) for value in sums))
