"""SIGTERM while calls run: short answers end, long ones are told, and nothing is lost."""

import os
import signal
import subprocess
import sys
import time

import httpx
import pytest

from tests.chaos import books, procfs
from tests.chaos.clients import Load, Seen, body_of, check_cut
from tests.conftest import Install
from tests.harness.databases import OWN_REDIS
from tests.harness.processes import free_port
from tests.harness.product import Product
from tests.harness.provider import Provider
from tests.harness.room import within

STOP_S = 2
# Beyond HCAI_STOP_SECONDS: to tell the clients, write their rows and end the process.
PROMPT_S = within(6)
SHORT = [
    body_of("/simulate chunks=30 delay=0.03", stream=True),
    body_of("/simulate delay=0.03 chunks=30", stream=False),
]
LONG = [
    body_of("/simulate chunks=2000 delay=0.05", stream=True),
    body_of("/simulate first=100", stream=False),
    body_of("/simulate before=100", stream=False),
]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_stop_lets_short_answers_end_and_tells_long_ones(
    install_backend: Install, provider: Provider, workers: int
) -> None:
    shared = {"REDIS_URL": OWN_REDIS} if workers > 1 else {}
    product = install_backend(HCAI_STOP_SECONDS=str(STOP_S), **shared).start(workers)
    key = books.make_key(product)
    short, long, seconds, code = _stop_under_load(product, provider, key)
    assert code == 0
    assert STOP_S - 0.5 < seconds < STOP_S + PROMPT_S
    _check(short, long)
    product.process = None
    product.start()
    rows = books.wait_until_settled(product)
    assert len(rows) == len(short) + len(long)
    books.check_against_provider(rows, provider, max_unseen=2)
    books.check_roll_ups(product)


def _stop_under_load(
    product: Product, provider: Provider, key: str
) -> tuple[list[Seen], list[Seen], float, int]:
    with (
        Load(product, key, 6, LONG, limit=20) as long,
        Load(product, key, 6, SHORT, limit=20) as short,
    ):
        short.ends_on = long.ends_on = lambda _seen: True
        books.wait_until(lambda: provider.count() == 12, 10, "all calls run")
        assert product.process is not None
        started = time.monotonic()
        product.process.signal(signal.SIGTERM)
        code = product.process.wait(STOP_S + PROMPT_S + 10)
        seconds = time.monotonic() - started
        product.process.stop()
        return short.end(), long.end(), seconds, code


def _check(short: list[Seen], long: list[Seen]) -> None:
    assert [seen.status for seen in short] == [200] * 6
    assert all(seen.whole for seen in short)
    for seen in long:
        check_cut(seen, 503)


@pytest.mark.slow
def test_reflexs_own_server_stops_as_promptly(install_backend: Install, provider: Provider) -> None:
    product = install_backend(HCAI_STOP_SECONDS=str(STOP_S))
    port = product.port = free_port()
    product.origin = f"http://127.0.0.1:{port}"
    product.base_url = f"{product.origin}/proxy/v1"
    log = (product.folder / "reflex.log").open("wb")
    command = [sys.executable, "-m", "reflex", "run", "--env", "prod", "--backend-only"]
    server = subprocess.Popen(
        [*command, "--backend-port", str(port)],
        cwd=product.folder,
        env=product.env,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        books.wait_until(lambda: _answers(product), 90, "Reflex's server answers")
        key = books.make_key(product)
        with Load(product, key, 4, LONG) as long, Load(product, key, 4, SHORT) as short:
            short.ends_on = long.ends_on = lambda _seen: True
            books.wait_until(lambda: provider.count() == 8, 10, "all calls run")
            started = time.monotonic()
            for pid in procfs.family(server.pid):
                os.kill(pid, signal.SIGTERM)
            server.wait(30)
            assert time.monotonic() - started < STOP_S + PROMPT_S
            assert all(seen.whole for seen in short.end())
            assert all(seen.whole for seen in long.end())
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
        log.close()
    rows = books.ledger(product)
    assert len(rows) == 8
    assert [row["outcome"] for row in rows].count("interrupted") == 4


def _answers(product: Product) -> bool:
    try:
        return httpx.get(f"{product.origin}/readyz", timeout=2).is_success
    except httpx.HTTPError:
        return False
