"""Usage of all users together, anonymous, from the roll-ups, cached."""

import asyncio
import time
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.db.tables import days_table, totals_table
from hcai_app.services.ledger import rollups

DAYS = 30
KEPT_S = 10.0


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


class Everyone:
    """Reads the site's use; what was read is good for ten seconds."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._turn = asyncio.Lock()
        self._read_at = 0.0
        self._use: SiteUse | None = None

    async def use(self) -> SiteUse:
        """Return what everyone has used.

        Raises:
            Unavailable: When the database is away.
        """
        async with self._turn:
            if self._use is None or time.monotonic() - self._read_at >= KEPT_S:
                self._use = await self._database.read(_read, "page's numbers")
                self._read_at = time.monotonic()
            return self._use


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
