"""What everyone's calls have cost this month, what they may cost by its end, and whose models."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.db.tables import days_table
from hcai_app.services.ledger.rollups import calendar_day_ms

# The days before today whose mean is taken for the days to come.
LOOKED_AT_DAYS = 7
NO_MAKER = "other"


@dataclass(frozen=True, slots=True)
class Forecast:
    """The spend of a calendar month of UTC, in nano-dollars."""

    today: int
    month: int  # so far
    daily_mean: int  # of the last seven days that are over, or of as many as there are
    forecast: int  # by the end of the month, if days go on like that
    makers: list[tuple[str, int]]  # this month, the dearest first


async def read(database: Database, brake_nanousd: int | None) -> Forecast:
    """Return the month's spend and its forecast, in which no day costs more than the brake allows.

    Raises:
        Unavailable: When the database is away.
    """
    return await database.read(lambda it: _read(it, clock.now_ms(), brake_nanousd), "spend")


def _read(connection: Connection, now_ms: int, brake: int | None) -> Forecast:
    today, (month, next_month) = calendar_day_ms(now_ms), _month_of(now_ms)
    columns = days_table.c
    cost = func.sum(columns.cost_nanousd)
    first = min(month, today - LOOKED_AT_DAYS * clock.MS_PER_DAY)
    by_day = select(columns.start_ms, cost).where(columns.start_ms >= first)
    days = {
        day: int(sum_) for day, sum_ in connection.execute(by_day.group_by(columns.start_ms)).all()
    }
    oldest = connection.scalar(select(func.min(columns.start_ms)))
    mean = _daily_mean(days, today, today if oldest is None else oldest)
    to_come = mean if brake is None else min(mean, brake)
    days_left = (next_month - today) // clock.MS_PER_DAY - 1
    rest_of_today = max(0, to_come - days.get(today, 0))
    so_far = sum(sum_ for day, sum_ in days.items() if day >= month)
    by_model = select(columns.model, cost).where(columns.start_ms >= month).group_by(columns.model)
    return Forecast(
        today=days.get(today, 0),
        month=so_far,
        daily_mean=mean,
        forecast=so_far + rest_of_today + days_left * to_come,
        makers=_by_maker([(model, int(sum_)) for model, sum_ in connection.execute(by_model)]),
    )


def _daily_mean(days: dict[int, int], today: int, oldest: int) -> int:
    """Return the mean of the days that are over, or of today while there is no other."""
    first = max(oldest, today - LOOKED_AT_DAYS * clock.MS_PER_DAY)
    count = (today - first) // clock.MS_PER_DAY
    if count <= 0:
        return days.get(today, 0)
    return sum(sum_ for day, sum_ in days.items() if first <= day < today) // count


def _by_maker(models: list[tuple[str, int]]) -> list[tuple[str, int]]:
    sums: dict[str, int] = {}
    for model, cost in models:
        maker = model.partition("/")[0] if "/" in model else NO_MAKER
        sums[maker] = sums.get(maker, 0) + cost
    return sorted(((maker, cost) for maker, cost in sums.items() if cost), key=lambda it: -it[1])


def _month_of(at_ms: int) -> tuple[int, int]:
    """Return the first moments of a moment's month, and of the next one."""
    start = clock.from_ms(calendar_day_ms(at_ms)).replace(day=1)
    year, month = (start.year + 1, 1) if start.month == 12 else (start.year, start.month + 1)
    return clock.to_ms(start), clock.to_ms(start.replace(year=year, month=month))
