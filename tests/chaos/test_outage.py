"""The database goes away under load: refused, or frozen with its connections open."""

import time
from collections import Counter
from collections.abc import Callable

import pytest

from tests.chaos import books
from tests.chaos.clients import Load, all_at_once, body_of
from tests.chaos.test_kill import ROOMY
from tests.conftest import Install
from tests.harness.cluster import Cluster
from tests.harness.product import Product
from tests.harness.provider import Provider

CLIENTS = 16
BODIES = [
    body_of("/simulate chunks=10 delay=0.05", stream=True),
    body_of("/simulate delay=0.02 chunks=10", stream=False),
    body_of("/simulate chunks=20 delay=0.1", stream=True),
]
# The longest that any call may wait for its answer or for its refusal.
PATIENCE_S = 25
# A frozen database counts as away once a statement has had no answer for so long.
SILENCE_S = 8
HOLDS: dict[str, tuple[Callable[[Cluster], None], Callable[[Cluster], None]]] = {
    "stopped": (Cluster.stop, Cluster.start),
    "frozen": (Cluster.freeze, Cluster.thaw),
}


@pytest.mark.parametrize("how", HOLDS)
@pytest.mark.parametrize("seconds", [5, pytest.param(20, marks=pytest.mark.slow)])
def test_an_outage_under_load_loses_and_doubles_nothing(
    install: Install, provider: Provider, cluster: Cluster, how: str, seconds: float
) -> None:
    product = install(DATABASE_URL=cluster.url, **ROOMY).start()
    key = books.make_key(product)
    unknown = books.make_key(product, "U2")
    take_away, bring_back = HOLDS[how]
    with Load(product, key, CLIENTS, BODIES, limit=PATIENCE_S) as load:
        load.ends_on = lambda _seen: False
        books.wait_until(lambda: len(load.seen) >= 50, 30, "the load runs")
        take_away(cluster)
        before = len(load.seen)
        ends_at = time.monotonic() + seconds
        _ask_as_a_stranger(product, unknown)
        assert product.get("/models").status_code == 200
        time.sleep(max(0, ends_at - time.monotonic()))
        during = load.seen[before:]
        bring_back(cluster)
        again = len(load.seen)
        books.wait_until(lambda: len(load.seen) >= again + 50, 30, "the load goes on")
        seen = load.end()
    statuses = Counter(call.status for call in seen)
    assert set(statuses) <= {200, 503}
    assert all(call.whole for call in seen), "a running call did not finish"
    assert all("retry-after" in call.headers for call in seen if call.status == 503)
    if how == "stopped" or seconds > SILENCE_S:
        assert during, "calls with a known key stop while the database is away"
    _check_books(product, provider, key, {c.request_id for c in seen if c.status == 200})


def _ask_as_a_stranger(product: Product, key: str) -> None:
    """A key that no worker has read yet cannot be checked: 503, and soon."""
    (seen,) = all_at_once(product, key, [body_of("hi", stream=False)], limit=PATIENCE_S)
    assert seen.status == 503
    assert "retry-after" in seen.headers


def _check_books(product: Product, provider: Provider, key: str, whole: set[str]) -> None:
    books.wait_until(
        lambda: whole <= {row["id"] for row in books.ledger(product)}, 20, "all rows are there"
    )
    rows = books.wait_until_settled(product)
    assert {row["id"] for row in rows} == whole
    assert {row["outcome"] for row in rows} == {"completed"}
    books.check_against_provider(rows, provider)
    books.check_roll_ups(product)
    books.check_stats(product, key)


def test_rows_kept_in_the_journal_survive_a_kill_during_the_outage(
    install: Install, provider: Provider, cluster: Cluster
) -> None:
    product = install(DATABASE_URL=cluster.url, **ROOMY).start()
    key = books.make_key(product)
    all_at_once(product, key, BODIES)
    cluster.stop()
    seen = all_at_once(product, key, BODIES * 5)
    assert {call.status for call in seen} == {200}
    product.kill()
    cluster.start()
    product.start()
    rows = books.wait_until_settled(product)
    assert {call.request_id for call in seen} <= {row["id"] for row in rows}
    assert {row["outcome"] for row in rows} == {"completed"}
    books.check_against_provider(rows, provider, max_unseen=0)
    books.check_roll_ups(product)


@pytest.mark.slow
def test_a_stop_during_the_outage_is_prompt_and_keeps_every_row(
    install: Install, provider: Provider, cluster: Cluster
) -> None:
    product = install(DATABASE_URL=cluster.url, HCAI_STOP_SECONDS="2", **ROOMY).start()
    key = books.make_key(product)
    all_at_once(product, key, BODIES)
    cluster.freeze()
    seen = all_at_once(product, key, BODIES * 2)
    assert {call.status for call in seen} == {200}
    started = time.monotonic()
    product.stop()
    assert time.monotonic() - started < PATIENCE_S
    cluster.thaw()
    product.start()
    rows = books.wait_until_settled(product)
    assert {call.request_id for call in seen} <= {row["id"] for row in rows}
    books.check_against_provider(rows, provider, max_unseen=0)
    books.check_roll_ups(product)
