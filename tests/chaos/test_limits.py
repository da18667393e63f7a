"""Hundreds of calls at once against the limits of one student."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.chaos import books
from tests.chaos.clients import Load, Seen, all_at_once, body_of
from tests.conftest import Install
from tests.harness.databases import OWN_REDIS
from tests.harness.product import Product
from tests.harness.provider import Provider

PLAIN = body_of("hi", stream=False)
NANO = 10**9


def _shared(workers: int) -> dict[str, str]:
    return {"REDIS_URL": OWN_REDIS} if workers > 1 else {}


def _statuses(seen: list[Seen]) -> list[int]:
    return sorted(call.status for call in seen)


@pytest.mark.parametrize("workers", [1, 2])
def test_of_four_hundred_racing_calls_exactly_a_hundred_and_fifty_pass(
    install: Install, provider: Provider, workers: int
) -> None:
    product = install(
        HCAI_MAX_IN_FLIGHT="1000", HCAI_DAILY_BUDGET_USD="1000", **_shared(workers)
    ).start(workers)
    key = books.make_key(product)
    seen = all_at_once(product, key, [PLAIN] * 400)
    assert _statuses(seen) == [200] * 150 + [429] * 250
    assert provider.count() == 150
    assert len(books.ledger(product)) == 150
    for call in seen:
        assert call.headers["x-ratelimit-limit"] == "150"
        if call.status == 429:
            assert 1 <= int(call.headers["retry-after"]) <= 1801
            assert call.headers["x-ratelimit-remaining"] == "0"
    remaining = {int(c.headers["x-ratelimit-remaining"]) for c in seen if c.status == 200}
    assert min(remaining) == 0


@pytest.mark.parametrize("workers", [1, 2])
def test_a_budget_for_three_calls_is_overrun_by_one_call_at_most(
    install: Install, provider: Provider, workers: int
) -> None:
    product = install(
        HCAI_MAX_IN_FLIGHT="1000",
        HCAI_CHAT_RATE_LIMIT="10000/minute",
        HCAI_LANGUAGE_MODELS="anthropic/claude-opus-4.1",
        **_shared(workers),
    ).start(workers)
    text = "/simulate first=0.3 delay=0 chunks=100 size=40"
    body = body_of(text, stream=False, model="anthropic/claude-opus-4.1", max_tokens=1000)
    trial = books.make_key(product, "UTRIAL")
    assert product.get("/models").status_code == 200  # prices are known
    assert all_at_once(product, trial, [body])[0].status == 200
    (row,) = books.ledger(product)
    cost = row["cost_nanousd"]
    key = books.make_key(product, "URACE", budget_nanousd=3 * cost)
    spent = _spend_all(product, key, body)
    assert 3 * cost <= spent <= 4 * cost, spent / cost
    (refused,) = all_at_once(product, key, [body])
    assert refused.status == 402
    assert refused.error["metadata"]["resets_at"].endswith("T00:00:00+00:00")


def _spend_all(product: Product, key: str, body: bytes) -> int:
    """Call with a hundred clients again and again until the budget is spent."""
    passed = 0
    for _ in range(10):
        seen = all_at_once(product, key, [body] * 100)
        statuses = {call.status for call in seen}
        passed += sum(call.status == 200 for call in seen)
        assert statuses <= {200, 402, 429}, statuses
        if statuses == {402}:
            break
    assert statuses == {402}
    query = """SELECT cost_nanousd FROM calls
               WHERE user_id = (SELECT id FROM users WHERE slack_id = 'URACE')"""
    # The budget knows what an answer has cost before its row is written.
    books.wait_until(lambda: len(books.select(product, query)) >= passed, 30, "rows of all calls")
    return sum(row["cost_nanousd"] for row in books.select(product, query))


def test_a_cent_left_and_nothing_running_is_enough_for_an_expensive_model(
    install: Install, provider: Provider
) -> None:
    product = install(HCAI_LANGUAGE_MODELS="anthropic/claude-opus-4.1").start()
    assert product.get("/models").json()["total_count"] >= 1
    key = books.make_key(product, budget_nanousd=NANO // 100)
    opus = {"model": "anthropic/claude-opus-4.1", "max_tokens": 32_000}
    slow = body_of("/simulate first=2 delay=0", stream=False, **opus)
    with Load(product, key, 1, [slow]) as load:
        load.ends_on = lambda _seen: True
        books.wait_until(lambda: provider.totals()["running"] == 1, 5, "the call runs")
        (second,) = all_at_once(product, key, [slow])
        assert second.status == 429
        assert second.headers["retry-after"] == "1"
        assert load.end()[0].status == 200
    (row,) = books.ledger(product)
    assert row["reserved_nanousd"] > NANO // 100


@pytest.mark.parametrize("workers", [1, 2])
def test_only_so_many_calls_run_at_once(install: Install, provider: Provider, workers: int) -> None:
    product = install(HCAI_DAILY_BUDGET_USD="100", **_shared(workers)).start(workers)
    key = books.make_key(product)
    other = books.make_key(product, "U2")
    slow = body_of("/simulate chunks=100 delay=0.05", stream=True)
    with Load(product, key, 64, [slow]) as load:
        load.ends_on = lambda _seen: True
        books.wait_until(lambda: provider.totals()["running"] == 64, 20, "all calls run")
        (refused,) = all_at_once(product, key, [PLAIN])
        assert refused.status == 429
        assert refused.headers["retry-after"] == "1"
        assert int(refused.headers["x-ratelimit-remaining"]) == 150 - 65  # the attempt counts
        assert all_at_once(product, other, [PLAIN])[0].status == 200
        assert {call.status for call in load.end()} == {200}
    assert all_at_once(product, key, [PLAIN])[0].status == 200


def test_whoever_asks_again_when_an_answer_has_ended_has_room(
    install: Install, provider: Provider
) -> None:
    product = install(
        REDIS_URL=OWN_REDIS,
        HCAI_MAX_IN_FLIGHT="8",
        HCAI_CHAT_RATE_LIMIT="10000/minute",
        HCAI_DAILY_BUDGET_USD="100",
    ).start(workers=2)
    key = books.make_key(product)

    def ask_on_and_on(_number: int) -> list[int]:
        statuses = []
        for n in range(12):
            fields = {"stream": True} if n % 2 else {}
            answer = product.chat(key, "/simulate delay=0 chunks=2", **fields)
            statuses.append(answer.status_code)
        return statuses

    with ThreadPoolExecutor(8) as clients:
        seen = [status for many in clients.map(ask_on_and_on, range(8)) for status in many]
    assert seen == [200] * 96
