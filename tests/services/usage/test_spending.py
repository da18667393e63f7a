"""Spending by the calendar: UTC days, weeks from Monday, months."""

from datetime import UTC, datetime

import pytest

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.errors import Unavailable
from hcai_app.services.call import Caller
from hcai_app.services.keys import keys
from hcai_app.services.ledger import rollups
from hcai_app.services.ledger.rollups import Rollups
from hcai_app.services.usage import spending, totals
from tests.services.books import caller_of

# A Wednesday, and the days before it: what each of them belongs to.
NOW = datetime(2026, 7, 8, 12, 30, tzinfo=UTC)
SPENT = {
    datetime(2026, 7, 8, 12, 29, tzinfo=UTC): 1,
    datetime(2026, 7, 8, 0, 0, tzinfo=UTC): 10,
    datetime(2026, 7, 7, 23, 59, tzinfo=UTC): 100,
    datetime(2026, 7, 6, 0, 0, tzinfo=UTC): 1_000,
    datetime(2026, 7, 5, 23, 59, tzinfo=UTC): 10_000,
    datetime(2026, 7, 1, 0, 0, tzinfo=UTC): 100_000,
    datetime(2026, 6, 30, 23, 59, tzinfo=UTC): 1_000_000,
}


async def book(database: Database, user_id: str, key_id: str = "key_1") -> None:
    amounts = [
        rollups.Amount(user_id, key_id, "a/b", clock.to_ms(at), (1, 0, 0, 0, 0, cost))
        for at, cost in SPENT.items()
    ]
    await database.write(lambda it: Rollups("w1").add(it, amounts), "sums")


@pytest.mark.parametrize(
    ("now", "month", "week", "day"),
    [
        (NOW, 111_111, 1_111, 11),
        # The first of July is a Wednesday: its week began in June.
        (datetime(2026, 7, 1, 12, tzinfo=UTC), 111_111, 1_111_111, 111_111),
        (datetime(2026, 8, 1, tzinfo=UTC), 0, 0, 0),
    ],
)
async def test_each_span_has_its_own_sum(
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    now: datetime,
    month: int,
    week: int,
    day: int,
) -> None:
    await book(database, "usr_1")
    await book(database, "usr_2")
    monkeypatch.setattr(clock, "now", lambda: now)
    spent = await spending.of_caller(database, caller_of("usr_1"))
    assert (spent.total, spent.month, spent.week, spent.day) == (1_111_111, month, week, day)


async def test_all_keys_of_a_user_count_and_the_asking_one_is_shown(
    database: Database, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await keys.issue(database, "U1", "laptop", secret_key="s" * 32, max_keys=1)
    await book(database, caller.user_id, made.id)
    await book(database, caller.user_id, "key_2")
    monkeypatch.setattr(clock, "now", lambda: NOW)
    asking = Caller(caller.user_id, made.id, True, None, None, "hc_1")
    spent = await spending.of_caller(database, asking)
    assert (spent.total, spent.day) == (2_222_222, 22)
    assert spent.key_preview.startswith(made.secret[:13])


async def test_a_user_without_calls_has_spent_nothing(database: Database) -> None:
    spent = await spending.of_caller(database, caller_of("usr_new"))
    assert (spent.total, spent.month, spent.week, spent.day, spent.key_preview) == (0, 0, 0, 0, "")


async def test_a_database_that_is_away_is_503() -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/nothing")
    try:
        with pytest.raises(Unavailable):
            await spending.of_caller(away, caller_of())
        with pytest.raises(Unavailable):
            await totals.of_user(away, "usr_1")
    finally:
        await away.close()
