"""The database goes away under load: refused, or frozen with its connections open."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable

import asyncpg
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


ROLE = "hcai_of_test"
# What an operator does by a slip, and what undoes it.
SLIPS = {
    "rights": (f"REVOKE INSERT ON calls FROM {ROLE}", f"GRANT INSERT ON calls TO {ROLE}"),
    "rights on a roll-up": (
        f"REVOKE UPDATE ON site_days FROM {ROLE}",
        f"GRANT UPDATE ON site_days TO {ROLE}",
    ),
    "a table": ("ALTER TABLE calls RENAME TO away", "ALTER TABLE away RENAME TO calls"),
}


def _as_superuser(cluster: Cluster, statement: str) -> None:
    async def run() -> None:
        connection = await asyncpg.connect(cluster.url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(run())


def _install_as_role(install: Install, cluster: Cluster) -> Product:
    """An installation whose role owns nothing, as a careful operator makes it."""
    install(DATABASE_URL=cluster.url).cli("migrate")
    _as_superuser(cluster, f"CREATE ROLE {ROLE} LOGIN")
    _as_superuser(cluster, f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {ROLE}")
    _as_superuser(cluster, f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {ROLE}")
    return install(DATABASE_URL=cluster.url.replace("postgres@", f"{ROLE}@"), **ROOMY)


@pytest.mark.parametrize(
    "slip",
    ["rights", *(pytest.param(slip, marks=pytest.mark.slow) for slip in SLIPS if slip != "rights")],
)
def test_a_slip_of_the_operator_under_load_loses_and_doubles_nothing(
    install: Install, provider: Provider, cluster: Cluster, slip: str
) -> None:
    product = _install_as_role(install, cluster).start()
    key = books.make_key(product)
    with Load(product, key, CLIENTS, BODIES, limit=PATIENCE_S) as load:
        load.ends_on = lambda _seen: False
        books.wait_until(lambda: len(load.seen) >= 30, 30, "the load runs")
        _as_superuser(cluster, SLIPS[slip][0])
        during = len(load.seen)
        books.wait_until(lambda: len(load.seen) >= during + 100, 30, "calls go on")
        _as_superuser(cluster, SLIPS[slip][1])
        after = len(load.seen)
        books.wait_until(lambda: len(load.seen) >= after + 30, 30, "the load goes on")
        seen = load.end()
    assert {call.status for call in seen} == {200}
    assert not list(product.folder.glob(".hcai-journal/*/rejected.jsonl"))
    _check_books(product, provider, key, {call.request_id for call in seen})


def test_a_start_goes_well_while_the_calls_of_a_dead_worker_cannot_be_adopted(
    install: Install, provider: Provider, cluster: Cluster
) -> None:
    product = _install_as_role(install, cluster).start()
    key = books.make_key(product)
    with Load(product, key, 4, [BODIES[2]]):
        books.wait_until(lambda: provider.totals()["running"] == 4, 10, "calls run")
        product.kill()
    _as_superuser(cluster, SLIPS["rights"][0])
    product.start()
    (seen,) = all_at_once(product, key, [BODIES[1]])
    assert (seen.status, seen.whole) == (200, True)
    assert books.ledger(product) == []
    _as_superuser(cluster, SLIPS["rights"][1])
    books.wait_until(lambda: len(books.ledger(product)) == 5, 20, "all rows are there")
    rows = books.wait_until_settled(product)
    books.check_against_provider(rows, provider)
    books.check_roll_ups(product)


def test_one_bad_line_of_a_journal_stops_no_start_and_no_other_line(
    install: Install, provider: Provider, cluster: Cluster
) -> None:
    product = install(DATABASE_URL=cluster.url, **ROOMY).start()
    key = books.make_key(product)
    with Load(product, key, 4, [BODIES[2]]):
        books.wait_until(lambda: provider.totals()["running"] == 4, 10, "calls run")
        product.kill()
    (file,) = product.folder.glob(".hcai-journal/*/0-*.jsonl")
    lines = file.read_bytes().strip(b"\0").splitlines(keepends=True)
    opening = next(line for line in lines if line.startswith(b'{"o"'))
    bad = opening.replace(b"qwen/", b"qwen\\u0000").replace(b'"id":"0', b'"id":"f')
    file.write_bytes(bad + b"".join(lines))
    product.start()
    rows = books.wait_until_settled(product)
    assert len(rows) == 4
    books.check_against_provider(rows, provider)
    books.check_roll_ups(product)
    (aside,) = product.folder.glob(".hcai-journal/*/rejected.jsonl")
    assert len(aside.read_text().split()) == 1
