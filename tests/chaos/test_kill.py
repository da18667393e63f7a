"""`kill -9` in mid-answer: no row is lost, none is doubled, and the cost is the provider's."""

import os
import signal

import pytest

from tests.chaos import books, procfs
from tests.chaos.clients import Load, body_of
from tests.conftest import Install
from tests.harness.databases import OWN_REDIS
from tests.harness.product import Product
from tests.harness.provider import Provider

CLIENTS = 64
ROOMY = {
    "HCAI_CHAT_RATE_LIMIT": "1000000/minute",
    "HCAI_MAX_IN_FLIGHT": "1000",
    "HCAI_DAILY_BUDGET_USD": "1000",
}
# Answers of many lengths, so that the kill meets every part of a call's life.
MIXED = [
    body_of("/simulate chunks=20 delay=0.02", stream=True),
    body_of("/simulate delay=0.01 chunks=10", stream=False),
    body_of("/simulate chunks=40 delay=0.01", stream=True),
    body_of("/simulate delay=0 first=0.3", stream=False),
    body_of("/simulate chunks=5 delay=0", stream=True),
    body_of("/simulate chunks=20 delay=0.05 first=0.2", stream=True),
    body_of("/simulate delay=0", stream=False),
    body_of("/simulate before=0.2 chunks=10 delay=0.02", stream=True),
]


def test_kill_in_mid_answer_loses_and_doubles_nothing(
    install: Install, provider: Provider, database_url: str
) -> None:
    _kill_and_restart(install(DATABASE_URL=database_url, **ROOMY), provider, rounds=1)


@pytest.mark.slow
def test_five_kills_in_a_row_lose_and_double_nothing(
    install: Install, provider: Provider, database_url: str
) -> None:
    _kill_and_restart(install(DATABASE_URL=database_url, **ROOMY), provider, rounds=5)


def test_a_neighbour_adopts_the_calls_of_a_killed_worker(
    install: Install, provider: Provider
) -> None:
    product = install(REDIS_URL=OWN_REDIS, **ROOMY).start(workers=2)
    key = books.make_key(product)
    with Load(product, key, CLIENTS, MIXED) as load:
        books.wait_until(lambda: len(load.seen) >= 150, 60, "the load runs")
        os.kill(_busiest_worker(product), signal.SIGKILL)
        books.wait_until(lambda: any(not call.whole for call in load.seen), 10, "calls broke")
        seen = load.end()
    whole = {call.request_id for call in seen if call.whole}
    books.wait_until(lambda: len(books.ledger(product)) >= provider.count(), 20, "adoption")
    rows = books.wait_until_settled(product)
    assert whole <= {row["id"] for row in rows if row["outcome"] == "completed"}
    books.check_against_provider(rows, provider)
    books.check_roll_ups(product)
    books.check_stats(product, key)


def _busiest_worker(product: Product) -> int:
    """The process that holds a journal's slot and, of those, the most connections."""
    assert product.process is not None
    workers = [
        pid
        for pid in procfs.family(product.process.pid)
        if any("hcai-journal" in name and name.endswith(".lock") for name in procfs.open_files(pid))
    ]
    assert len(workers) == 2, "each worker holds a journal of its own"
    return max(workers, key=procfs.open_sockets)


def _kill_and_restart(product: Product, provider: Provider, *, rounds: int) -> None:
    product.start()
    key = books.make_key(product)
    for number in range(1, rounds + 1):
        seen_whole, running = _kill_under_load(product, provider, key, at_least=100 + 37 * number)
        assert running >= CLIENTS // 2
        product.start()
        _wait_until_adopted(product)
        rows = {row["id"]: row for row in books.ledger(product)}
        assert seen_whole <= set(rows), "a client saw an answer whole that has no row"
        assert {rows[name]["outcome"] for name in seen_whole} == {"completed"}
    # A worker that is killed while it asks for a cost holds the row for a minute.
    rows = books.wait_until_settled(product, 30 if rounds == 1 else 120)
    books.check_against_provider(rows, provider, max_unseen=CLIENTS * rounds)
    books.check_roll_ups(product)
    books.check_stats(product, key)
    assert not _journal_lines(product), "the journal forgets what is in the ledger"


def _kill_under_load(
    product: Product, provider: Provider, key: str, *, at_least: int
) -> tuple[set[str], int]:
    """Kill when so many answers have ended; return which did, and how many calls were running."""
    with Load(product, key, CLIENTS, MIXED) as load:
        books.wait_until(lambda: len(load.seen) >= at_least, 60, "the load runs")
        product.kill()
        seen = load.end()
    assert all(call.status in (0, 200) for call in seen)
    books.wait_until(lambda: provider.totals()["running"] == 0, 10, "the provider is quiet")
    whole = {call.request_id for call in seen if call.whole}
    return whole, len(seen) - len(whole)


def _wait_until_adopted(product: Product) -> None:
    books.wait_until(
        lambda: len(list(product.folder.glob(".hcai-journal/*/*.jsonl"))) == 1, 20, "adoption"
    )


def _journal_lines(product: Product) -> list[str]:
    files = product.folder.glob(".hcai-journal/*/*.jsonl")
    return [line for file in files for line in file.read_text().splitlines() if '"o"' in line]
