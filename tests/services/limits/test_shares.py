"""While Redis is away nobody spends more than a share of what is left, and nobody waits for it."""

import asyncio
import logging
from typing import Any

import pytest

from hcai_app import clock
from hcai_app.errors import BudgetExhausted, RateLimited
from hcai_app.services.call import Caller, RunningCall
from hcai_app.services.limits import shared_budget
from hcai_app.services.limits.accounts import current_account
from hcai_app.services.redis_client import WORKERS
from tests.harness.own_redis import OwnRedis
from tests.services.books import open_call, until
from tests.services.limits.site import (
    LIMIT,
    WORKER_COUNT,
    Site,
    Worker,
    frozen,
    notice,
    refusal,
    spend_all,
)

# While Redis is away nobody spends more than a share of what is left.


async def test_two_outages_hand_nothing_out_again(
    site: Site, redis: OwnRedis, caller: Caller
) -> None:
    for worker in site.workers:
        await worker.call(caller, LIMIT // 100)
    await notice(site, redis)
    for worker in site.workers:
        await worker.call(caller, LIMIT // 100)
    redis.start()
    await site.beat()
    await spend_all(site.workers[0], caller, LIMIT // 10)
    spent = await site.check_agreement(caller)
    assert LIMIT <= spent < LIMIT * 1.1
    await notice(site, redis)
    for worker in site.workers:
        assert isinstance(await refusal(worker, caller), BudgetExhausted)


@pytest.mark.parametrize("is_lost", [True, False])
async def test_a_redis_that_flaps_gives_nobody_more_than_a_share(
    site: Site, redis: OwnRedis, caller: Caller, is_lost: bool
) -> None:
    part, cost = LIMIT // WORKER_COUNT, LIMIT // 100
    spent = 0
    for _ in range(3):
        await notice(site, redis)
        if is_lost:
            redis.forget()
        redis.start()
        await site.workers[0].redis.beat()  # it alone is back
        assert site.workers[0].redis.workers == WORKER_COUNT
        count, refused = await spend_all(site.workers[0], caller, cost)
        assert refused.code == 503
        assert (LIMIT - spent) // WORKER_COUNT <= count * cost <= part + cost
        spent += count * cost
    await site.beat()
    assert await site.check_agreement(caller) == spent


async def test_workers_count_each_other_whatever_their_hosts_are_called(site: Site) -> None:
    assert {worker.redis.workers for worker in site.workers} == {WORKER_COUNT}
    assert len({worker.redis.name for worker in site.workers}) == WORKER_COUNT
    assert len({worker.journal.worker for worker in site.workers}) == WORKER_COUNT


async def test_a_share_that_is_used_up_is_no_budget_that_is_spent(
    site: Site, redis: OwnRedis, caller: Caller
) -> None:
    first, second, *others = site.workers
    await first.call(caller, LIMIT * 3 // 4)
    await notice(site, redis)
    for worker in site.workers:
        await worker.call(caller, 1)  # a share of what is left, not of the whole budget
    await first.call(caller, LIMIT // 16)
    refused = await refusal(first, caller)
    assert (refused.code, refused.headers["Retry-After"]) == (503, "5")
    assert "x-should-retry" not in refused.headers
    await second.call(caller, LIMIT // 4)
    for worker in (first, second):
        assert isinstance(await refusal(worker, caller), BudgetExhausted)
    assert others


async def test_calls_that_run_when_redis_goes_away_count_for_the_share(
    site: Site, redis: OwnRedis, caller: Caller
) -> None:
    first = site.workers[0]
    running = await first.begin(caller, LIMIT // 2)
    await notice(site, redis)
    assert isinstance(await refusal(first, caller), RateLimited)
    await first.end(running, 1)
    await first.call(caller, 1)


async def test_what_was_admitted_without_redis_is_reserved_when_it_is_back(
    site: Site, redis: OwnRedis, caller: Caller
) -> None:
    first, second, *_ = site.workers
    await notice(site, redis)
    running = await first.begin(caller, LIMIT)
    redis.forget()
    redis.start()
    await site.beat()
    assert isinstance(await refusal(second, caller), RateLimited)
    await first.end(running, 5)
    assert await site.check_agreement(caller) == 5


# A Redis that says nothing costs one time-out, and a line in the log.


def timeouts_of(worker: Worker, patch: pytest.MonkeyPatch) -> list[TimeoutError]:
    """Every wait of a worker for Redis that ends in vain."""
    round_trip, waited = worker.redis._round_trip, list[TimeoutError]()

    async def watched(*given: Any) -> list[Any]:
        try:
            return await round_trip(*given)
        except TimeoutError as error:
            waited.append(error)
            raise

    patch.setattr(worker.redis, "_round_trip", watched)
    return waited


async def test_a_frozen_redis_costs_everybody_together_one_timeout(
    site: Site,
    redis: OwnRedis,
    caller: Caller,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = site.workers[0]
    await first.call(caller, 1)
    caplog.set_level(logging.INFO)
    waited = timeouts_of(first, monkeypatch)
    with frozen(redis, monkeypatch):
        await asyncio.gather(*(first.call(caller, 1) for _ in range(20)))
        assert len(waited) == 1
        for number in range(20):
            await first.call(caller, 1)
            await first.redis.beat() if number == 10 else None
        assert len(waited) == 2
    await until(lambda: asyncio.ensure_future(first.redis.beat()) and not first.redis.is_away)
    told = [line.getMessage() for line in caplog.records if "redis" in line.name]
    assert len(told) == 2, told
    assert told[0].startswith("the redis is away")
    assert told[1] == "the redis is back"
    await site.beat()
    assert await site.check_agreement(caller) == 41


async def test_a_client_that_leaves_while_the_gate_is_asked_leaves_nothing(
    site: Site, caller: Caller
) -> None:
    first = site.workers[0]
    await first.call(caller, 1)
    asking = asyncio.create_task(first.begin(caller, LIMIT))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await site.check_agreement(caller) == 1


async def test_a_dead_workers_reservation_ends_with_its_lease(
    site: Site, redis: OwnRedis, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, *_ = site.workers
    await first.call(caller, 1)
    await second.begin(caller, LIMIT)
    assert isinstance(await refusal(first, caller), RateLimited)
    monkeypatch.setattr(shared_budget, "LEASE_MS", 1)
    await asyncio.gather(*second.budget._hold_all())  # the last time that it renews its lease
    await asyncio.sleep(0.01)
    await first.call(caller, 1)


async def test_an_account_in_use_is_read_again_now_and_then(
    site: Site, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = site.workers[0]
    await first.call(caller, 1)
    account = shared_budget._keys([current_account(caller.user_id)])[1]
    await first.redis.client.hincrby(account, "spent", 77)  # however that came about
    monkeypatch.setattr(shared_budget, "FRESH_MS", -1)
    await first.call(caller, 1)
    await first.budget._read_old()
    assert await site.check_agreement(caller) == 2


async def test_a_dead_worker_is_waited_for_no_longer_than_its_lease(
    site: Site, redis: OwnRedis, caller: Caller
) -> None:
    """Else every death would put the others on shares."""
    first, second, *_ = site.workers
    await second.kill()
    await first.redis.client.zadd(WORKERS, {second.redis.name: clock.now_ms() + 4_000})
    await first.redis.beat()
    assert first.redis.workers == WORKER_COUNT
    assert first.redis.registered_workers == WORKER_COUNT - 1
    await first.redis.client.zrem(WORKERS, second.redis.name)
    verdict: RunningCall = open_call(user_id=caller.user_id, reserved_nanousd=LIMIT)
    await first.budget.reserve(caller, verdict)  # of the whole, not of a share
