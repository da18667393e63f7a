"""Usage of all users together, anonymous, from the roll-ups, cached."""

from collections.abc import Awaitable
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.db.tables import days_table, totals_table
from hcai_app.refreshed import Refreshed, Stale
from hcai_app.services.ledger import rollups

DAYS = 30
FRESH_S = 10.0
WHAT = "page's numbers"


@dataclass(frozen=True, slots=True)
class Used:
    """How much was used of something: a day, a model, all of it."""

    requests: int
    tokens: int
    cost_nanousd: int


@dataclass(frozen=True, slots=True)
class SiteUse:
    """What everyone has used; `days` and `models` are of the last 30 UTC days, today with them."""

    people: int
    total: Used
    days: list[tuple[int, Used]]  # every day by its start, oldest first
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
    by_day = select(columns.start_ms, *sums).where(lately).group_by(columns.start_ms)
    by_model = select(columns.model, *sums).where(lately).group_by(columns.model)
    days = {day: _used(*rest) for day, *rest in connection.execute(by_day)}
    models = [(model, _used(*rest)) for model, *rest in connection.execute(by_model)]
    callers = select(totals_table.c.user_id).distinct().subquery()
    return SiteUse(
        people=connection.scalar(select(func.count()).select_from(callers)) or 0,
        total=_used(*connection.execute(select(*sums)).one()),
        days=[
            (day, days.get(day, Used(0, 0, 0))) for day in range(first, today + 1, clock.MS_PER_DAY)
        ],
        models=sorted(
            (it for it in models if it[1].requests > 0), key=lambda it: (-it[1].requests, it[0])
        ),
    )


def _used(*sums: int) -> Used:
    return Used(*(int(value) for value in sums))
