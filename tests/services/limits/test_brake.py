"""The brake: what all users together may spend, exact over workers like every budget."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.errors import BudgetExhausted, HcaiError, RateLimited
from hcai_app.services.call import Caller
from hcai_app.services.limits import shared_budget
from hcai_app.services.limits.accounts import EVERYBODY, current_account
from hcai_app.services.limits.budget import Budget
from hcai_app.services.limits.period import budget_period
from tests.harness.own_redis import OwnRedis
from tests.services.books import Books, caller_of, entry, open_call
from tests.services.limits.site import (
    LIMIT,
    WORKER_COUNT,
    Site,
    notice,
    refusal,
    site_of,
    spend_all,
)
from tests.services.limits.test_budget import Student

BRAKE = 3_000
ADA, BOB = caller_of("ada"), caller_of("bob")


@pytest.fixture
def budget(database: Database) -> Budget:
    return Budget(database, LIMIT, BRAKE)


@pytest.fixture
async def site(redis: OwnRedis, database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    """Four workers of an operator who has set a brake."""
    folder = tmp_path / "journal"
    async with site_of(
        database, redis.url, folder, LIMIT, WORKER_COUNT, with_beat=False, brake=BRAKE
    ) as opened:
        yield opened


def refuses_for_all(error: HcaiError) -> bool:
    return error.code == 429 and "nobody's own fault" in error.message


async def test_what_one_user_spends_stops_another_who_hears_that_it_is_not_their_fault(
    budget: Budget, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, bob = Student(budget, ADA), Student(budget, BOB)
    ada.end(await ada.begin(BRAKE), BRAKE)
    two_hours = budget_period(clock.now_ms()).end_ms - 2 * clock.MS_PER_HOUR
    monkeypatch.setattr(clock, "now_ms", lambda: two_hours)
    with pytest.raises(RateLimited) as refused:
        await bob.begin(1)
    assert refuses_for_all(refused.value)
    assert "00:00 UTC" in refused.value.message
    assert refused.value.headers == {"Retry-After": "7200", "x-should-retry": "false"}
    assert (refused.value.metadata or {})["rule"] == "everybody"
    monkeypatch.setattr(clock, "now_ms", lambda: two_hours + 2 * clock.MS_PER_HOUR)
    await bob.begin(1, started_at_ms=clock.now_ms())


async def test_a_call_that_the_brake_refuses_holds_nothing_of_its_users_budget(
    budget: Budget,
) -> None:
    ada, bob = Student(budget, ADA), Student(budget, BOB)
    running = await ada.begin(BRAKE)
    with pytest.raises(RateLimited) as refused:
        await bob.begin(LIMIT)
    assert refuses_for_all(refused.value)
    assert refused.value.headers["Retry-After"] == "1"
    budget.cancel(running)
    await bob.begin(LIMIT)


async def test_who_has_spent_their_own_budget_hears_of_that_first(database: Database) -> None:
    budget = Budget(database, BRAKE, BRAKE)
    ada = Student(budget, ADA)
    ada.end(await ada.begin(BRAKE), BRAKE)
    with pytest.raises(BudgetExhausted):
        await ada.begin(1)


async def test_without_a_brake_nothing_is_counted_for_everybody(database: Database) -> None:
    budget = Budget(database, LIMIT)
    await budget.reserve(ADA, open_call(user_id=ADA.user_id))
    assert [name.user_id for name in budget.used()] == [ADA.user_id]


async def test_after_a_restart_everybodys_day_is_read_from_the_books(books: Books) -> None:
    for user in ("ada", "bob", "cyd"):
        await books.record(entry(user_id=user, cost=700))
    waiting = entry(user_id="cyd", cost=None, reserved_nanousd=900)
    await books.record(waiting)
    budget = Budget(books.database, LIMIT, BRAKE)
    with pytest.raises(RateLimited) as refused:
        await budget.reserve(ADA, open_call(user_id=ADA.user_id))
    assert refuses_for_all(refused.value)
    assert refused.value.headers["Retry-After"] == "1"
    gate = await budget.gate(current_account(EVERYBODY))
    assert gate is not None
    assert (gate.spent, gate.reserved) == (2_100, 900)


async def test_a_hundred_calls_of_ten_users_on_four_workers_and_money_for_three(
    site: Site,
) -> None:
    workers = site.workers
    results = await asyncio.gather(
        *(workers[n % 4].begin(caller_of(f"u{n % 10}"), BRAKE // 3) for n in range(100)),
        return_exceptions=True,
    )
    refused = [result for result in results if isinstance(result, HcaiError)]
    assert len(refused) == 97
    assert all(refuses_for_all(error) for error in refused)
    for worker in workers:
        for call in [*worker.running]:
            await worker.end(call, BRAKE // 3)
    assert refuses_for_all(error := await refusal(workers[0], BOB))
    assert int(error.headers["Retry-After"]) > 1
    assert await site.check_agreement(caller_of("u0")) <= BRAKE
    assert (await site.ledger(BOB, current_account(EVERYBODY)))[0] == BRAKE


async def test_without_redis_each_worker_has_a_share_of_what_is_left_for_all(
    site: Site, redis: OwnRedis
) -> None:
    workers = site.workers
    await workers[0].call(ADA, 1_000)
    await notice(site, redis)
    admitted, refused = await spend_all(workers[1], BOB, 100)
    assert admitted == 5  # 2,000 for four workers
    assert (refused.code, "all users" in refused.message) == (503, True)
    redis.start()
    await site.beat()
    await site.check_agreement(BOB)
    for worker in workers[1:]:
        await spend_all(worker, BOB, 100)
    assert (await site.ledger(BOB, current_account(EVERYBODY)))[0] == BRAKE


async def test_a_call_that_begins_and_ends_while_an_account_is_read_is_counted_once(
    site: Site, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An account that everybody uses is hardly ever quiet while it is read."""
    first, second, *_ = site.workers
    before = await second.begin(caller, 10)
    read, seen = shared_budget.read_or_unavailable, list[Any]()

    async def read_beside(*given: Any) -> Any:
        early = await first.begin(caller, 30)
        await first.call(caller, 3)
        found = await read(*given)
        seen.append(found)
        await first.call(caller, 7)
        await first.end(early, 11)
        await second.end(before, 5)
        return found

    monkeypatch.setattr(shared_budget, "read_or_unavailable", read_beside)
    name = current_account(EVERYBODY)
    await first.budget.read_again(name)
    assert len(seen) == 1  # that reading was good
    gate = await first.budget.gate(name)
    assert gate is not None  # and no call has made it void since
    assert (gate.spent, gate.reserved) == (26, 0)
    monkeypatch.setattr(shared_budget, "read_or_unavailable", read)
    assert await site.check_agreement(caller) == 26


async def test_a_change_of_one_user_leaves_everybodys_account_alone(
    budget: Budget, site: Site
) -> None:
    everybody = current_account(EVERYBODY)
    ada = Student(budget, ADA)
    ada.end(await ada.begin(100), 100)
    budget.forget_user(ADA.user_id)
    assert await budget.gate(current_account(ADA.user_id)) is None  # the next call reads it
    assert await budget.gate(everybody) is not None
    budget.forget_user(EVERYBODY)
    assert await budget.gate(everybody) is None
    first = site.workers[0]
    await first.call(ADA, 100)
    first.budget.forget_user(ADA.user_id)
    assert everybody not in first.budget._old
    first.budget.forget_user(EVERYBODY)
    assert everybody in first.budget._old
