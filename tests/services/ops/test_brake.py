"""Operators hear when the brake comes near and when it holds: once, whoever sees it."""

import msgspec

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.services.limits.budget import Budget
from hcai_app.services.notices import notices
from hcai_app.services.ops.brake import BrakeWatch
from hcai_app.services.usage import forecast
from tests.services.books import Books, caller_of, entry, open_call

BRAKE = 1_000


async def told(database: Database) -> list[int]:
    found = await notices.latest(database)
    return [msgspec.json.decode(row.data)["percent"] for row in reversed(found)]


async def test_operators_hear_at_80_and_at_100_percent_once(books: Books) -> None:
    database = books.database
    watches = [BrakeWatch(database, Budget(database, BRAKE, BRAKE)) for _ in range(2)]
    for cost, percents in ((790, []), (20, [81]), (10, [81]), (250, [81, 107])):
        await books.record(entry(cost=cost))
        for watch in watches:
            await watch.look()
        assert await told(database) == percents
    texts = [row.text for row in await notices.latest(database)]
    assert "refused until 00:00 UTC, or until HCAI_TOTAL_DAILY_BUDGET_USD is raised" in texts[0]
    assert watches[0].state is not None
    assert watches[0].state.percent == 107


async def test_what_is_on_its_way_to_the_ledger_counts(database: Database) -> None:
    budget = Budget(database, BRAKE, BRAKE)
    call = open_call(user_id="ada", reserved_nanousd=900)
    await budget.reserve(caller_of("ada"), call)
    watch = BrakeWatch(database, budget)
    await watch.look()
    assert await told(database) == []  # it may still cost less
    budget.settle(entry(id=call.id, user_id="ada", cost=900))
    await watch.look()
    assert await told(database) == [90]


async def test_without_a_brake_nothing_is_watched(database: Database) -> None:
    watch = BrakeWatch(database, Budget(database, BRAKE))
    await watch.run()
    assert watch.state is None


async def test_the_month_goes_on_like_the_last_days(books: Books) -> None:
    noon = 1_781_179_200_000  # 2026-06-11, 12:00 UTC
    days = ((0, 50, "qwen/qwen3-32b"), (1, 100, "openai/gpt-5-mini"), (3, 600, "openai/gpt-oss"))
    for age, cost, model in (*days, (20, 9_999, "openai/gpt-5-mini"), (0, 0, "free/one")):
        at_ms = noon - age * clock.MS_PER_DAY
        await books.record(entry(cost=cost, model=model, started_at_ms=at_ms))
    months = [
        await books.database.read(lambda it, brake=brake: forecast._read(it, noon, brake), "spend")
        for brake in (None, 80, 0)
    ]
    assert [(month.today, month.month, month.daily_mean) for month in months] == [
        (50, 750, 100)
    ] * 3
    assert months[0].makers == [("openai", 700), ("qwen", 50)]
    # What is left of today, and 19 days of June.
    assert [month.forecast for month in months] == [750 + 50 + 1_900, 750 + 30 + 19 * 80, 750]


async def test_the_first_day_is_taken_for_the_next_ones(books: Books) -> None:
    await books.record(entry(cost=10))
    month = await forecast.read(books.database, None)
    assert month.daily_mean == month.today == month.month == 10
    assert month.forecast % 10 == 0
