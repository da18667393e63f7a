"""`/stats` and the first page of an export cost the same with a thousand rows and a million."""

import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from limits import parse

from hcai_app import clock
from hcai_app.db import migrate
from hcai_app.db.engine import Database
from hcai_app.services.ledger import rows as exports
from hcai_app.services.ledger.reconciliation import Reconciler
from hcai_app.services.ledger.rollups import Rollups
from hcai_app.services.limits.budget import Budget
from hcai_app.services.limits.rate import RateLimit
from hcai_app.services.usage import dashboard, totals
from hcai_app.services.usage.charts import Group, Range
from tests.harness.databases import postgres_database
from tests.services.books import execute_long, sums

FEW = 1_000
ROUNDS = 60
MOST_RATIO = 1.5
# A loaded machine may spoil a measurement; growth with the rows spoils every one.
ATTEMPTS = 4
PAGE = 100
BUSY, SELDOM = "busy", "seldom"
USER = (
    f"CASE WHEN i % (:rows / {PAGE}) = 0 THEN '{SELDOM}' WHEN i % 2 = 0 THEN '{BUSY}' "
    "ELSE 'u' || (i % 997) END"
)
NUMBERS = {
    "sqlite": (
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :rows) "
        "{insert} FROM n"
    ),
    "postgresql": "{insert} FROM generate_series(0, CAST(:rows AS bigint) - 1) AS n(i)",
}
ID = {
    "sqlite": "printf('%012x%020x', :start + i * 10, i)",
    "postgresql": "lpad(to_hex(:start + i * 10), 12, '0') || lpad(to_hex(i), 20, '0')",
}
CALLS = (
    "INSERT INTO calls SELECT {id}, {user}, 'k' || (i % 3), '/chat/completions', 'a/b', "
    "'m/' || (i % 5), 'gen-' || i, 200, 'completed', {true}, 10, 20, 0, 0, 30, 1000, {true}, "
    "'provider', :start + i * 10, 5, 50, 2000, NULL, 0"
)
ROLL_UPS = (
    "INSERT INTO usage_hours (user_id, start_ms, key_id, model, requests, failures, prompt_tokens, "
    "completion_tokens, total_tokens, cost_nanousd) SELECT user_id, "
    "started_at_ms - started_at_ms % 3600000, key_id, model, {sums} FROM calls GROUP BY 1, 2, 3, 4",
    "INSERT INTO usage_minutes (user_id, start_ms, key_id, model, requests, failures, "
    "prompt_tokens, completion_tokens, total_tokens, cost_nanousd) SELECT user_id, "
    "started_at_ms - started_at_ms % 60000, key_id, model, {sums} FROM calls GROUP BY 1, 2, 3, 4",
    "INSERT INTO key_totals (user_id, key_id, last_call_ms, requests, failures, prompt_tokens, "
    "completion_tokens, total_tokens, cost_nanousd) SELECT user_id, key_id, MAX(started_at_ms), "
    "{sums} FROM calls GROUP BY 1, 2",
)
SUMS = (
    "COUNT(*), 0, SUM(prompt_tokens), SUM(completion_tokens), SUM(total_tokens), SUM(cost_nanousd)"
)


@pytest.fixture
def other_url(database_url: str, tmp_path: Path) -> Iterator[str]:
    """A second database of the same kind."""
    if database_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'large.db'}"
    else:
        with postgres_database() as url:
            yield url


@pytest.fixture
async def pair(database_url: str, other_url: str) -> AsyncIterator[tuple[Database, Database]]:
    small, large = Database(database_url), Database(other_url)
    yield small, large
    await small.close()
    await large.close()


async def fill(database: Database, rows: int, start: int | None = None) -> None:
    await migrate.upgrade(database)
    kind = "sqlite" if database.is_sqlite else "postgresql"
    yes = "1" if database.is_sqlite else "true"
    insert = CALLS.format(id=ID[kind], user=USER, true=yes)
    statement = NUMBERS[kind].format(insert=insert)
    if database.is_sqlite:
        select = insert.split("INSERT INTO calls ")[1]
        statement = "INSERT INTO calls " + NUMBERS[kind].format(insert=select)
    start = start or clock.now_ms() - 30 * clock.MS_PER_DAY
    for text in (statement, *(text.format(sums=SUMS) for text in ROLL_UPS)):
        values = {"rows": rows, "start": start} if text is statement else {}
        await execute_long(database, text, **values)
    if not database.is_sqlite:
        await execute_long(database, "ANALYZE")  # as PostgreSQL does by itself
    assert (await sums(database, "key_totals"))[0] == rows


async def first_page(database: Database, user_id: str | None) -> int:
    seen = 0
    async for _row in exports.rows(database, user_id=user_id):
        seen += 1
        if seen == PAGE:
            break
    return seen


def settler_of(database: Database) -> Reconciler:
    async def lookup(_generation_id: str) -> None:
        raise AssertionError("no row is open")

    return Reconciler(database, Rollups("here"), Budget(database, 0), lookup)


QUESTIONS: dict[str, Callable[[Database], Awaitable[Any]]] = {
    "totals of a busy user": lambda database: totals.of_user(database, BUSY),
    "totals of a user who is seldom here": lambda database: totals.of_user(database, SELDOM),
    "look for rows to settle": lambda database: settler_of(database).settle_due(),
    "first page of all": lambda database: first_page(database, None),
    "first page of a busy user": lambda database: first_page(database, BUSY),
    "first page of a user who is seldom here": lambda database: first_page(database, SELDOM),
}


async def ratio(
    ask: Callable[[Database], Awaitable[Any]], small: Database, large: Database
) -> float:
    """How many times longer the large one takes: medians of interleaved rounds."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for database, times in zip((small, large), taken, strict=True):
            begin = time.perf_counter()
            await ask(database)
            times.append(time.perf_counter() - begin)
    return statistics.median(taken[1]) / statistics.median(taken[0])


@pytest.mark.parametrize(
    "rows", [50_000, pytest.param(1_000_000, marks=[pytest.mark.slow, pytest.mark.timeout(900)])]
)
async def test_what_a_user_asks_for_takes_as_long_with_many_rows_as_with_few(
    rows: int, pair: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "PAGE", PAGE)
    small, large = pair
    await fill(small, FEW)
    await fill(large, rows)
    assert await first_page(large, SELDOM) == await first_page(small, SELDOM) == PAGE
    for name, ask in QUESTIONS.items():
        measured: list[float] = []
        while not measured or (min(measured) > MOST_RATIO and len(measured) < ATTEMPTS):
            measured.append(await ratio(ask, small, large))
        assert min(measured) <= MOST_RATIO, f"{name}: {measured}"


# A page's data must be there within this, and the dashboard is the page with the most.
PAGE_S = 0.2


@pytest.mark.parametrize(
    "rows", [50_000, pytest.param(1_000_000, marks=[pytest.mark.slow, pytest.mark.timeout(900)])]
)
async def test_a_busy_users_dashboard_is_read_in_time(
    rows: int, pair: tuple[Database, Database]
) -> None:
    database, _ = pair
    # A row every 10 ms up to now: the busy user's half fills the last minutes of every chart.
    await fill(database, rows, clock.now_ms() - rows * 10)
    limit = RateLimit("chat", parse("150/30 minutes"), None)
    for range in Range:
        for group in Group:
            taken: list[float] = []
            while len(taken) < ATTEMPTS and (not taken or min(taken) > PAGE_S):
                begin = time.perf_counter()
                seen = await dashboard.read(
                    database, BUSY, budget=Budget(database, 0), limit=limit, pairs=[(range, group)]
                )
                taken.append(time.perf_counter() - begin)
            assert seen.tails[range, group].buckets
            assert min(taken) <= PAGE_S, f"{range} by {group}: {taken}"
