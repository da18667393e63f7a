"""The gate of several workers agrees with the ledger, whatever becomes of Redis."""

from typing import Any

import pytest

from hcai_app import clock
from hcai_app.errors import BudgetExhausted, RateLimited
from hcai_app.services.call import Caller
from hcai_app.services.limits import shared_budget
from hcai_app.services.limits.accounts import current_account
from tests.harness.own_redis import OwnRedis
from tests.services.limits.site import LIMIT, WORKER_COUNT, Site, frozen, notice, refusal

# What runs while Redis loses its data is charged.


async def test_a_stream_that_outlives_a_flush_is_charged(
    site: Site, redis: OwnRedis, caller: Caller
) -> None:
    first, second, *_ = site.workers
    stream = await first.begin(caller, 10)
    redis.flush()
    await site.beat()
    await second.call(caller, 7)
    await first.end(stream, 5)
    assert await site.check_agreement(caller) == 12


async def test_a_call_that_begins_after_a_flush_is_charged_before_anybody_has_noticed(
    site: Site, redis: OwnRedis, caller: Caller
) -> None:
    first, second, *_ = site.workers
    stream = await first.begin(caller, 10)
    redis.flush()
    call = await second.begin(caller, 7)
    await first.end(stream, 5)
    await second.end(call, 7)
    await site.beat()
    assert await site.check_agreement(caller) == 12


async def test_after_a_flush_nobody_relies_on_redis_until_all_have_registered(
    site: Site, redis: OwnRedis, caller: Caller
) -> None:
    first, second, *_ = site.workers
    await first.begin(caller, LIMIT)
    redis.flush()
    await second.redis.beat()
    await second.begin(caller, LIMIT // WORKER_COUNT)
    assert isinstance(await refusal(second, caller), RateLimited)  # beyond its share
    await site.beat()
    assert isinstance(await refusal(second, caller), RateLimited)


async def test_a_redis_whose_data_go_back_in_time_is_read_again(
    site: Site, redis: OwnRedis, caller: Caller
) -> None:
    first, second, *_ = site.workers
    stream = await first.begin(caller, 10)
    await second.call(caller, 7)
    with redis.connected() as other:
        before = {key: (other.dump(key), other.pttl(key)) for key in other.keys("hcai:*")}
        await site.beat()
        await first.end(stream, 5)
        await second.call(caller, 100)
        other.flushall()
        for key, (value, left_ms) in before.items():
            other.restore(key, max(0, left_ms), value)
    await site.beat()
    await read_old(site)
    assert await site.check_agreement(caller) == 112


async def test_an_account_of_long_ago_is_read_again_when_its_user_comes_back_after_an_outage(
    site: Site, redis: OwnRedis, caller: Caller
) -> None:
    first, second, *_ = site.workers
    await first.call(caller, 7)
    with redis.connected() as other:
        before = {key: (other.dump(key), other.pttl(key)) for key in other.keys("hcai:budget:*")}
        await second.call(caller, 100)
        for worker in site.alive:
            worker.budget.used()  # sampled, and not in use since
        redis.stop()
        await site.beat()
        redis.start()
        for key, (value, left_ms) in before.items():
            other.restore(key, max(0, left_ms), value, replace=True)
    await site.beat()
    await first.call(caller, 3)
    await read_old(site)
    assert await site.check_agreement(caller) == 110


async def read_old(site: Site) -> None:
    """Let every worker read what is to be read again."""
    for worker in site.alive:
        await worker.budget._read_old()


async def test_a_neighbour_of_a_killed_worker_is_charged_for_what_runs(
    site: Site, caller: Caller
) -> None:
    first, second, third, _ = site.workers
    stream = await first.begin(caller, 10)
    lost = await second.begin(caller, 100)
    await second.kill()
    assert await third.adopt() == 1
    await third.call(caller, 7)
    await first.end(stream, 5)
    assert lost.opening.reserved_nanousd == 100  # no header had come: it is booked by estimate
    assert await site.check_agreement(caller) == 112


async def test_a_killed_workers_rows_are_counted_once(site: Site, caller: Caller) -> None:
    first, second, *_ = site.workers
    await second.call(caller, 3)
    running = await second.begin(caller, 100)
    second.running.remove(running)
    running.has_answer, running.generation_id = True, "gen-1"
    second.journal.name(running)
    await second.kill()
    await first.adopt()
    first.costs["gen-1"] = 40
    assert await site.ledger(caller) == (3, 100)
    await first.reconciler.settle_due()
    assert await site.check_agreement(caller) == 43


async def test_a_call_admitted_while_redis_was_frozen_is_charged(
    site: Site, redis: OwnRedis, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, *_ = site.workers
    await second.call(caller, 1)
    before = await first.begin(caller, 10)
    with frozen(redis, monkeypatch):
        meanwhile = await first.begin(caller, 20)
        await first.end(before, 5)
    await first.end(meanwhile, 7)
    await site.beat()
    assert await site.check_agreement(caller) == 13


@pytest.mark.parametrize("step_s", [60, -60])
async def test_a_host_whose_clock_differs_frees_no_reservation(
    site: Site, caller: Caller, step_s: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, *_ = site.workers
    running = await first.begin(caller, LIMIT)
    now = clock.now_ms
    monkeypatch.setattr(clock, "now_ms", lambda: now() + step_s * 1_000)
    assert isinstance(await refusal(second, caller), RateLimited)
    await first.end(running, 5)
    assert await site.check_agreement(caller) == 5


async def test_an_account_that_vanishes_again_and_again_admits_nobody(
    site: Site, redis: OwnRedis, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = site.workers[0]
    read = shared_budget.read_or_unavailable

    async def read_slowly(*given: Any) -> Any:
        found = await read(*given)
        await first.redis.client.delete(*shared_budget._keys([current_account(caller.user_id)])[1:])
        return found

    monkeypatch.setattr(shared_budget, "read_or_unavailable", read_slowly)
    refused = await refusal(first, caller)
    assert (refused.code, refused.headers["Retry-After"]) == (503, "1")
    monkeypatch.setattr(shared_budget, "read_or_unavailable", read)
    await first.call(caller, 5)
    assert await site.check_agreement(caller) == 5


@pytest.mark.parametrize("is_before", [True, False])
async def test_a_row_committed_while_its_account_is_read_is_counted_once(
    site: Site, caller: Caller, is_before: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, *_ = site.workers
    running = await first.begin(caller, 10)
    read = shared_budget.read_or_unavailable

    async def read_beside(*given: Any) -> Any:
        monkeypatch.setattr(shared_budget, "read_or_unavailable", read)
        if is_before:
            await first.end(running, 5)
            return await read(*given)
        found = await read(*given)
        await first.end(running, 5)
        return found

    monkeypatch.setattr(shared_budget, "read_or_unavailable", read_beside)
    await second.budget.read_again(current_account(caller.user_id))
    assert await site.check_agreement(caller) == 5


# What ends while Redis is away is charged once, and holds no reservation.


@pytest.mark.parametrize("is_lost", [True, False])
async def test_rows_settled_by_another_worker_during_an_outage_are_charged_once(
    site: Site, redis: OwnRedis, caller: Caller, is_lost: bool
) -> None:
    first, second, *_ = site.workers
    streams = [await first.begin(caller, 1_000) for _ in range(20)]
    await notice(site, redis)
    for stream in streams:
        await first.end(stream, None)
        second.costs[f"gen-{stream.id}"] = 3
    while await second.reconciler.settle_due():
        pass
    if is_lost:
        redis.forget()
    redis.start()
    await site.beat()
    assert await site.check_agreement(caller) == 60
    await first.call(caller, LIMIT - 60)
    assert isinstance(await refusal(first, caller), BudgetExhausted)


async def test_a_late_word_of_an_unsettled_row_does_not_raise_a_settled_one(
    site: Site, caller: Caller
) -> None:
    first, second, *_ = site.workers
    row = await first.end(await first.begin(caller, 1_000), None)
    second.costs[f"gen-{row.id}"] = 3
    await second.reconciler.settle_due()
    first.budget.book([row])
    first.budget.settle(row)
    assert await site.check_agreement(caller) == 3
