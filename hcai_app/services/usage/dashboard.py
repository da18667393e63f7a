"""A user's dashboard snapshot: spending, limits, top models, latest calls, chart tails.

All that the dashboard shows is read in one unit of work, at its opening and at every live tick.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.db.tables import calls_table, hours_table, keys_table, totals_table, users_table
from hcai_app.services.keys import keys
from hcai_app.services.limits.budget import Budget
from hcai_app.services.limits.period import budget_period
from hcai_app.services.limits.rate import RateLimit
from hcai_app.services.limits.windows import Standing
from hcai_app.services.people import users
from hcai_app.services.usage import charts
from hcai_app.services.usage.charts import Group, Range, Series

LATEST = 8
TOP_MODELS = 6
# A tail reaches back a little further than what has changed: a page that missed one has all.
OVERLAP_MS = 10_000

Pairs = Collection[tuple[Range, Group]]


@dataclass(frozen=True, slots=True)
class ModelUse:
    """What a user did with one model in the period."""

    model: str
    requests: int
    tokens: int
    cost_nanousd: int


@dataclass(frozen=True, slots=True)
class LatestCall:
    """One call, as one line of a list."""

    id: str
    started_at_ms: int
    model: str
    key_name: str | None  # None: the playground
    tokens: int
    cost_nanousd: int
    is_settled: bool
    outcome: str
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Today:
    """The period of a user's budget so far, and what is left of their limits."""

    requests: int
    tokens: int
    cost_nanousd: int
    budget_nanousd: int
    models: tuple[ModelUse, ...]  # the dearest first
    calls_left: int
    calls_limit: int
    window_reset_ms: int | None  # when the oldest counted call ends; None: none is counted
    resets_at_ms: int  # when the budget does
    has_key: bool
    has_called: bool  # ever


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that a dashboard shows, read at one moment."""

    today: Today
    latest: tuple[LatestCall, ...]
    tails: dict[tuple[Range, Group], Series]  # whole charts, or what has changed of them


async def read(
    database: Database,
    user_id: str,
    *,
    budget: Budget,
    limit: RateLimit,
    pairs: Pairs = (),
    since_ms: int | None = None,
) -> Snapshot:
    """Read a user's dashboard, with the charts of `pairs`: whole, or their tails from `since_ms`.

    Raises:
        Unavailable: When the database is away.
    """
    standing = await limit.peek(user_id)
    now_ms = clock.now_ms()
    tail_ms = None if since_ms is None else min(since_ms, now_ms) - OVERLAP_MS
    work = _Work(user_id, now_ms, budget, standing)

    def whole(connection: Connection) -> Snapshot:
        latest = _latest(connection, user_id)
        tails = {
            pair: charts.read(connection, user_id, *pair, now_ms, tail_ms) for pair in set(pairs)
        }
        return Snapshot(work.today(connection, has_called=bool(latest)), latest, tails)

    return await database.read(whole, "usage")


@dataclass(frozen=True, slots=True)
class _Work:
    """What the day is read with."""

    user_id: str
    now_ms: int
    budget: Budget
    standing: Standing

    def today(self, connection: Connection, *, has_called: bool) -> Today:
        period = budget_period(self.now_ms)
        models = _models(connection, self.user_id, period.start_ms)
        user = users_table.c
        query = select(user.budget_nanousd, users.granted()).where(user.id == self.user_id)
        chosen, granted = connection.execute(query).first() or (None, None)
        standing = self.standing
        is_counted = standing.remaining < standing.limit
        return Today(
            requests=sum(use.requests for use in models),
            tokens=sum(use.tokens for use in models),
            cost_nanousd=sum(use.cost_nanousd for use in models),
            budget_nanousd=self.budget.limit_for(chosen, granted),
            models=tuple(models[:TOP_MODELS]),
            calls_left=max(0, standing.remaining),
            calls_limit=standing.limit,
            window_reset_ms=int(standing.reset_at * 1000) if is_counted else None,
            resets_at_ms=period.end_ms,
            has_key=_has_key(connection, self.user_id),
            has_called=has_called or _has_called(connection, self.user_id),
        )


def _models(connection: Connection, user_id: str, start_ms: int) -> list[ModelUse]:
    hours = hours_table.c
    query = (
        select(
            hours.model,
            func.sum(hours.requests),
            func.sum(hours.total_tokens),
            func.sum(hours.cost_nanousd),
        )
        .where(hours.user_id == user_id, hours.start_ms >= start_ms)
        .group_by(hours.model)
        .having(func.sum(hours.requests) > 0)
    )
    uses = [ModelUse(model, *map(int, sums)) for model, *sums in connection.execute(query)]
    return sorted(uses, key=lambda use: (-use.cost_nanousd, -use.requests, use.model))


def _latest(connection: Connection, user_id: str) -> tuple[LatestCall, ...]:
    calls, key = calls_table.c, keys_table.c
    query = (
        select(
            calls.id,
            calls.started_at_ms,
            calls.model,
            func.coalesce(key.name, calls.key_id),
            calls.total_tokens,
            calls.cost_nanousd,
            calls.settled,
            calls.outcome,
            calls.duration_ms,
        )
        .outerjoin(keys_table, key.id == calls.key_id)
        .where(calls.user_id == user_id)
        .order_by(calls.id.desc())
        .limit(LATEST)
    )
    return tuple(LatestCall(*row) for row in connection.execute(query))


def _has_key(connection: Connection, user_id: str) -> bool:
    key = keys_table.c
    query = select(key.id).where(key.user_id == user_id, keys.is_active()).limit(1)
    return connection.scalar(query) is not None


def _has_called(connection: Connection, user_id: str) -> bool:
    totals = totals_table.c
    query = select(totals.user_id).where(totals.user_id == user_id).limit(1)
    return connection.scalar(query) is not None
