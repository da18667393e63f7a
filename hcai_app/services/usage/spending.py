"""A user's spending: of the budget, and in OpenRouter's periods.

Those are UTC days, weeks from Monday and months, whatever the budget's period is.

Out of the roll-ups, so that every worker says the same.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, case, func, select

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.db.tables import hours_table, keys_table, totals_table
from hcai_app.services.call import Caller
from hcai_app.services.limits.period import budget_period


@dataclass(frozen=True, slots=True)
class Spending:
    """What a user has spent with all their keys, in nano-dollars, and which key asks."""

    key_preview: str
    key_name: str
    key_period: int  # of the key alone
    total: int
    month: int
    week: int
    day: int
    period: int  # of the budget


async def of_caller(database: Database, caller: Caller) -> Spending:
    """Read what the caller has spent.

    Raises:
        Unavailable: When the database is away.
    """
    now = clock.now()
    return await database.read(lambda it: _read(it, caller, now), "spending")


async def in_period(database: Database, user_id: str) -> int:
    """Read what a user has spent of their present budget.

    Raises:
        Unavailable: When the database is away.
    """
    hours, start_ms = hours_table.c, budget_period(clock.now_ms()).start_ms
    of_user = (hours.user_id == user_id) & (hours.start_ms >= start_ms)
    query = select(func.sum(hours.cost_nanousd)).where(of_user)
    return int(await database.read(lambda it: it.scalar(query), "spending") or 0)


def _read(connection: Connection, caller: Caller, now: datetime) -> Spending:
    keys, hours, totals = keys_table.c, hours_table.c, totals_table.c
    named = select(keys.preview, keys.name).where(keys.id == caller.key_id)
    preview, name = connection.execute(named).first() or ("", "")
    start_ms = budget_period(clock.to_ms(now)).start_ms
    of_key = connection.scalar(
        select(func.sum(hours.cost_nanousd)).where(
            hours.user_id == caller.user_id,
            hours.key_id == caller.key_id,
            hours.start_ms >= start_ms,
        )
    )
    total = connection.scalar(
        select(func.sum(totals.cost_nanousd)).where(totals.user_id == caller.user_id)
    )
    starts = (*_starts_ms(now), start_ms)
    sums = connection.execute(
        select(*(_spent_since(start_ms) for start_ms in starts)).where(
            hours.user_id == caller.user_id, hours.start_ms >= min(starts)
        )
    ).one()
    numbers = (int(value or 0) for value in (of_key, total, *sums))
    return Spending(preview, name, *numbers)


def _starts_ms(now: datetime) -> tuple[int, int, int]:
    """Return when the calendar's month, week and day began."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today - timedelta(days=today.weekday())
    return clock.to_ms(today.replace(day=1)), clock.to_ms(monday), clock.to_ms(today)


def _spent_since(start_ms: int) -> ColumnElement[int]:
    hours = hours_table.c
    return func.sum(case((hours.start_ms >= start_ms, hours.cost_nanousd), else_=0))
