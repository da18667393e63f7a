"""A server whose database is away when it starts, or when one of its workers dies, waits for it."""

import os
import re
import signal
import time
from pathlib import Path

import httpx
import pytest
from redis import Redis

from tests.chaos import books, procfs
from tests.conftest import Install
from tests.harness.cluster import Cluster
from tests.harness.databases import OWN_REDIS
from tests.harness.own_redis import OwnRedis
from tests.harness.processes import ROOT, TLS, free_port
from tests.harness.product import Product

# The longest that a server takes to load and to listen on a busy machine, and to end.
LOAD_S, END_S = 60, 20
# What `/healthz` may take; a little more for a machine that does other things.
PROMPT_S = 1.0
# Reflex tries five times, a second apart, to subscribe to its locks in Redis.
LONGER_THAN_REFLEX_TRIES_S = 7
ROOMY = {"HCAI_CHAT_RATE_LIMIT": "100000/minute", "HCAI_DAILY_BUDGET_USD": "1000"}
PRODUCTION = {
    "HCAI_ENV": "production",
    "HCAI_REQUIRE_VERIFIED": "false",
    "HACKCLUB_CLIENT_ID": "id",
    "HACKCLUB_CLIENT_SECRET": "secret",
}


def shared(workers: int) -> dict[str, str]:
    return {"REDIS_URL": OWN_REDIS} if workers > 1 else {}


def answer_of(product: Product, path: str) -> httpx.Response | None:
    try:
        return httpx.get(f"{product.origin}{path}", timeout=5, verify=TLS)
    except httpx.HTTPError:
        return None


def wait_for(product: Product, path: str, status: int) -> httpx.Response:
    deadline = time.monotonic() + LOAD_S
    while (answer := answer_of(product, path)) is None or answer.status_code != status:
        assert time.monotonic() < deadline, (path, answer)
        time.sleep(0.05)
    return answer


def workers_of(product: Product) -> list[int]:
    assert product.process
    return procfs.workers(product.process.pid)


def log_of(product: Product) -> str:
    assert product.process
    return product.process.log


@pytest.mark.parametrize(
    ("how", "workers"),
    [
        ("stopped", 1),
        ("stopped", 3),
        ("frozen", 1),
        pytest.param("frozen", 3, marks=pytest.mark.slow),
    ],
)
def test_a_server_that_starts_before_its_database_waits_for_it(
    install: Install, cluster: Cluster, workers: int, how: str
) -> None:
    take_away, bring_back = {
        "stopped": (cluster.stop, cluster.start),
        "frozen": (cluster.freeze, cluster.thaw),
    }[how]
    product = install(DATABASE_URL=cluster.url, **shared(workers))
    take_away()
    product.launch(workers)
    wait_for(product, "/healthz", 200)
    for path in ("/proxy/v1/models", "/proxy/v1/stats"):
        refused = wait_for(product, path, 503)
        assert int(refused.headers["retry-after"]) >= 1
        assert refused.json()["error"]["code"] == 503
        assert "database" in refused.json()["error"]["message"]
    assert wait_for(product, "/readyz", 503).json()["database"] is False
    assert wait_for(product, "/up", 200).json()["status"] == "down"
    waited_from = time.monotonic()
    for _ in range(30):
        started = time.monotonic()
        assert wait_for(product, "/healthz", 200).elapsed.total_seconds() < PROMPT_S
        assert time.monotonic() - started < PROMPT_S
        time.sleep(0.05)
    seconds = time.monotonic() - waited_from
    bring_back()
    wait_for(product, "/readyz", 200)
    key = books.make_key(product)
    books.wait_until(lambda: product.chat(key).status_code == 200, 30, "all workers serve")
    assert "Traceback" not in log_of(product)
    assert log_of(product).count("\n") <= workers * (seconds + LOAD_S)
    assert len(product.rows()) >= 1


@pytest.mark.parametrize("workers", [1, 2])
def test_production_ends_with_one_line_when_its_database_turns_out_to_be_unmigrated(
    install: Install, cluster: Cluster, workers: int
) -> None:
    product = install(DATABASE_URL=cluster.url, **PRODUCTION, **shared(workers))
    cluster.stop()
    process = product.launch(workers)
    wait_for(product, "/healthz", 200)
    family = procfs.family(process.pid)
    cluster.start()
    assert process.wait(END_S) > 0
    assert process.log.count("run python -m hcai_app migrate") == 1
    assert "Traceback" not in process.log
    books.wait_until(lambda: not any(map(procfs.lives, family)), 5, "no process is left")


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("wrong", ["no_such_database", "?user=nobody_of_that_name"])
def test_a_wrong_setting_ends_the_start_with_one_line(
    install: Install, cluster: Cluster, workers: int, wrong: str
) -> None:
    url = cluster.url + wrong if "?" in wrong else cluster.url.rsplit("/", 1)[0] + f"/{wrong}"
    product = install(DATABASE_URL=url, **shared(workers))
    process = product.launch(workers)
    assert process.wait(LOAD_S) > 0
    assert "DATABASE_URL" in process.log
    assert process.log.count("\n") == 1


def test_a_worker_that_dies_while_the_database_is_away_is_replaced_and_harms_no_other(
    install: Install, cluster: Cluster
) -> None:
    product = install(DATABASE_URL=cluster.url, **ROOMY, **shared(2)).start(2)
    key = books.make_key(product)
    books.wait_until(lambda: len(workers_of(product)) == 2, LOAD_S, "two workers run")
    for _ in range(40):  # both know it now
        assert product.chat(key).status_code == 200
    dying, healthy = workers_of(product)
    cluster.stop()
    os.kill(dying, signal.SIGKILL)
    books.wait_until(lambda: len(set(workers_of(product)) - {dying}) == 2, LOAD_S, "a new one")
    seen: list[int] = []
    books.wait_until(
        lambda: bool(seen.append(product.chat(key).status_code)) or {200, 503} <= {*seen},
        LOAD_S,
        "one serves, one waits",
    )
    assert set(seen) == {200, 503}
    cluster.start()
    books.wait_until(
        lambda: [product.chat(key).status_code for _ in range(20)] == [200] * 20, LOAD_S, "both"
    )
    assert healthy in workers_of(product)
    assert "Traceback" not in log_of(product)
    product.process and product.process.signal(signal.SIGTERM)
    assert product.process
    assert product.process.wait(END_S) == 0


def test_a_worker_that_keeps_dying_is_replaced_again_and_again(install: Install) -> None:
    product = install(**ROOMY, **shared(2)).start(2)
    books.wait_until(lambda: len(workers_of(product)) == 2, LOAD_S, "two workers run")
    healthy = workers_of(product)[1]
    for _ in range(3):
        dying = next(pid for pid in workers_of(product) if pid != healthy)
        os.kill(dying, signal.SIGKILL)
        books.wait_until(
            lambda dying=dying: len({*workers_of(product)} - {dying}) == 2, LOAD_S, "a new one"
        )
        assert f"SIGKILL (pid {dying})" in log_of(product)
    assert healthy in workers_of(product)
    assert wait_for(product, "/readyz", 200)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_server_with_0(install: Install, workers: int, number: int) -> None:
    product = install(**shared(workers)).start(workers)
    assert product.process
    said = product.process.log  # a busy machine's Redis may have been away for a moment
    assert "Traceback" not in said
    product.process.signal(number)
    assert product.process.wait(END_S) == 0
    assert product.process.log == said


@pytest.mark.parametrize("workers", [1, 2])
def test_a_port_that_is_taken_is_said_in_one_line(install: Install, workers: int) -> None:
    first = install().start()
    second = install(**shared(workers))
    second.port = first.port
    process = second.launch(workers)
    assert process.wait(LOAD_S) > 0
    assert process.log.count("\n") == 1
    assert f":{first.port}" in process.log


def test_no_worker_outlives_its_server_and_the_next_one_takes_the_port(install: Install) -> None:
    # With a path of its own it is no fork, nor are its workers: it holds what an operator's holds.
    product = install(**shared(2), PYTHONPATH=str(ROOT)).start(2)
    assert product.process
    books.wait_until(lambda: len(workers_of(product)) == 2, LOAD_S, "two workers run")
    family = procfs.family(product.process.pid)
    product.kill()
    product.start(2)
    books.wait_until(lambda: not any(map(procfs.lives, family)), 6, "no process is left")
    assert free_port() != product.port


def test_a_server_with_pages_starts_without_redis_and_subscribes_when_it_is_there(
    install_backend: Install, tmp_path: Path
) -> None:
    (tmp_path / "redis").mkdir()
    redis = OwnRedis(tmp_path / "redis")
    product = install_backend(REDIS_URL=redis.url).start()
    assert wait_for(product, "/readyz", 200).json() == {
        "ready": True,
        "database": True,
        "redis": False,
    }
    time.sleep(LONGER_THAN_REFLEX_TRIES_S)
    redis.start()
    try:
        with Redis.from_url(redis.url) as client:
            books.wait_until(lambda: client.pubsub_numpat() == 2, 20, "Reflex listens to its locks")
        books.wait_until(
            lambda: wait_for(product, "/readyz", 200).json()["redis"] is True, 20, "it is there"
        )
    finally:
        redis.stop()
    assert product.process
    time.sleep(LONGER_THAN_REFLEX_TRIES_S)
    product.process.signal(signal.SIGTERM)
    assert product.process.wait(END_S) == 0
    assert "Traceback" not in product.process.log
    assert "shutdown failed" not in product.process.log


def test_pages_say_that_the_server_waits(install_backend: Install, cluster: Cluster) -> None:
    product = install_backend(DATABASE_URL=cluster.url)
    cluster.stop()
    process = product.launch()
    wait_for(product, "/healthz", 200)
    for path in ("/", "/dashboard", "/_event/"):
        answer = wait_for(product, path, 503)
        assert int(answer.headers["retry-after"]) >= 1
        assert answer.headers["content-type"].startswith("text/plain")
        assert "waits for its database" in answer.text
    time_level_worker = r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ [A-Z]+ worker 1 \(pid \d+\): \S"
    assert process.log
    assert all(re.match(time_level_worker, line) for line in process.log.splitlines())


def test_ready_means_that_known_users_are_served(install: Install, cluster: Cluster) -> None:
    product = install(DATABASE_URL=cluster.url, **ROOMY).start()
    key = books.make_key(product)
    assert product.chat(key).status_code == 200
    cluster.stop()
    is_away = {"ready": True, "database": False}
    books.wait_until(
        lambda: wait_for(product, "/readyz", 200).json() == is_away, 20, "the outage is seen"
    )
    assert product.chat(key).status_code == 200


def test_nobody_who_is_known_means_not_ready(install: Install, cluster: Cluster) -> None:
    product = install(DATABASE_URL=cluster.url).start()
    cluster.stop()
    assert wait_for(product, "/readyz", 503).json() == {"ready": False, "database": False}
    cluster.start()
    assert wait_for(product, "/readyz", 200).json() == {"ready": True, "database": True}
