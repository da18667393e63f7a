"""Clients that leave: the provider is stopped, and the row is settled to the provider's figures."""

import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.chaos import books
from tests.chaos.clients import body_of
from tests.conftest import Install
from tests.harness.cluster import Cluster
from tests.harness.processes import TLS
from tests.harness.product import Product
from tests.harness.provider import Provider
from tests.harness.room import within

ENDINGS = {"kill": signal.SIGKILL, "stop": signal.SIGTERM}
CANCELLED_WITHIN_S = within(1.0)


@contextmanager
def client(product: Product, key: str, body: bytes) -> Iterator[socket.socket]:
    """A client that has sent its call; when the block ends it is gone."""
    head = (
        "POST /proxy/v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {key}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", product.port), timeout=20) as connection:
        connection.sendall(head.encode() + body)
        yield connection


def read_until(connection: socket.socket, word: bytes) -> bytes:
    data = b""
    while word not in data:
        piece = connection.recv(65536)
        assert piece, data
        data += piece
    return data


def wait_for_row(product: Product, is_right: Callable[[books.Row], bool], seconds: float = 15):
    """Wait for the last row to be as it should be."""

    def last() -> books.Row | None:
        rows = books.ledger(product)
        return rows[-1] if rows and is_right(rows[-1]) else None

    return books.wait_until(last, seconds, "the row is right")


def leave_a_stream(product: Product, provider: Provider, key: str) -> float:
    """Read a few chunks of a long stream and go; return when that was."""
    with client(product, key, body_of("/simulate chunks=500 delay=0.02", stream=True)) as reader:
        read_until(reader, b'"content"')
        time.sleep(0.2)  # past the moment from which a client is watched
    return time.time()


def test_a_stream_that_its_client_leaves_is_cancelled_and_settled(
    product: Product, provider: Provider
) -> None:
    key = books.make_key(product, "ULEFT1")
    left_at = leave_a_stream(product, provider, key)
    books.wait_until(lambda: provider.totals()["running"] == 0, 5, "the stream is cancelled")
    (call,) = provider.summary()
    assert call["cancelled_at"] - left_at < CANCELLED_WITHIN_S
    row = wait_for_row(product, lambda row: row["generation_id"] == call["id"], 1)
    assert (row["outcome"], row["status"]) == ("client_closed", 200)
    row = wait_for_row(product, lambda row: row["settled"])
    assert row["cost_source"] == "lookup"
    books.check_figures(row, call)
    assert 0 < row["completion_tokens"] < 500
    books.check_roll_ups(product)


def test_a_client_that_leaves_in_the_first_moment_is_noticed(
    product: Product, provider: Provider
) -> None:
    key = books.make_key(product, "ULEFT2")
    with client(product, key, body_of("/simulate chunks=500 delay=0.02", stream=True)):
        books.wait_until(lambda: provider.totals()["running"] == 1, 5, "the provider is asked")
    left_at = time.time()
    books.wait_until(lambda: provider.totals()["running"] == 0, 5, "the stream is cancelled")
    (call,) = provider.summary()
    assert call["cancelled_at"] - left_at < CANCELLED_WITHIN_S
    row = wait_for_row(product, lambda row: row["settled"])
    assert row["outcome"] == "client_closed"


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_may_leave_while_the_provider_is_silent_before_its_headers(
    product: Product, provider: Provider, stream: bool
) -> None:
    key = books.make_key(product, f"ULEFT3{stream}")
    with client(product, key, body_of("/simulate before=2", stream=stream)):
        books.wait_until(lambda: provider.totals()["running"] == 1, 5, "the provider is asked")
        time.sleep(0.3)
    left_at = time.time()
    row = wait_for_row(product, lambda row: row["user_id"] == _user(product, f"ULEFT3{stream}"), 1)
    assert (row["outcome"], row["status"]) == ("client_closed", 499)
    books.wait_until(lambda: provider.totals()["running"] == 0, 5, "the provider has ended")
    (call,) = provider.summary()
    if stream:
        assert call["cancelled_at"] - left_at < CANCELLED_WITHIN_S
        assert row["cost_source"] == "estimate"  # nobody told us by which id to ask
    else:
        assert not call["cancelled"], "a plain answer is billed whole: let it tell its cost"
        row = wait_for_row(product, lambda row: row["settled"])
        assert row["cost_source"] == "provider"
        books.check_figures(row, call)
        assert row["generation_id"] == call["id"]
    books.check_roll_ups(product)


def test_a_plain_answer_whose_client_leaves_is_booked_at_once_and_settled_by_its_end(
    product: Product, provider: Provider
) -> None:
    key = books.make_key(product, "ULEFT4")
    with client(product, key, body_of("/simulate first=1.5", stream=False)):
        books.wait_until(lambda: provider.totals()["running"] == 1, 5, "the provider is asked")
        time.sleep(0.3)
    row = wait_for_row(product, lambda row: row["user_id"] == _user(product, "ULEFT4"), 1)
    assert row["outcome"] == "client_closed"
    assert not row["settled"]
    row = wait_for_row(product, lambda row: row["settled"])
    (call,) = provider.summary()
    assert not call["cancelled"]
    books.check_figures(row, call)
    assert row["cost_source"] == "provider"
    assert row["generation_id"] == call["id"]


@pytest.mark.parametrize(
    "is_killed",
    [
        pytest.param(False, id="goes on"),
        pytest.param(True, id="killed meanwhile", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize(
    ("words", "source"),
    [("first=1.5", "provider"), ("before=1.5", "provider"), ("before=1.5 usage=no_cost", "lookup")],
)
def test_a_plain_answer_that_ends_while_the_database_is_away_is_settled_to_the_provider(
    install: Install,
    provider: Provider,
    cluster: Cluster,
    words: str,
    source: str,
    is_killed: bool,
) -> None:
    product = install(DATABASE_URL=cluster.url).start()
    key = books.make_key(product)
    with client(product, key, body_of(f"/simulate {words}", stream=False)):
        books.wait_until(lambda: provider.totals()["running"] == 1, 5, "the provider is asked")
        time.sleep(0.3)
    row = wait_for_row(product, lambda row: row["outcome"] == "client_closed", 2)
    assert not row["settled"]
    cluster.stop()
    books.wait_until(lambda: provider.totals()["running"] == 0, 5, "the provider has ended")
    books.wait_until(lambda: _backlog(product) == 1, 5, "its figures wait in the journal")
    if is_killed:
        product.kill()
    cluster.start()
    if is_killed:
        product.start()
    (row,) = books.wait_until_settled(product)
    (call,) = provider.summary()
    assert (row["outcome"], row["cost_source"]) == ("client_closed", source)
    assert row["generation_id"] == call["id"]
    books.check_figures(row, call)
    books.check_roll_ups(product)
    books.check_stats(product, key)
    product.stop()
    assert not list(product.folder.glob(".hcai-journal/*/*.jsonl")), "a call was not released"


def _backlog(product: Product) -> int:
    lines = httpx.get(f"{product.origin}/metrics", verify=TLS).text.splitlines()
    (line,) = (line for line in lines if line.startswith("hcai_ledger_backlog_rows "))
    return int(float(line.split()[1]))


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_row_that_waits_for_its_cost_survives_a_restart(
    install: Install, provider: Provider, database_url: str, ending: str
) -> None:
    product = install(DATABASE_URL=database_url, HCAI_STOP_SECONDS="2").start()
    key = books.make_key(product)
    provider.reset()
    provider.script(generation_delay=1, delay=0.02)
    leave_a_stream(product, provider, key)
    row = wait_for_row(product, lambda row: row["outcome"] == "client_closed", 2)
    assert not row["settled"]
    _end(product, ending)
    product.start()
    (row,) = books.wait_until_settled(product)
    assert row["cost_source"] == "lookup"
    books.check_figures(row, provider.summary()[0])
    books.check_roll_ups(product)
    books.check_stats(product, key)


@pytest.mark.slow
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_plain_answer_that_nobody_waits_for_is_settled_after_a_restart(
    install: Install, provider: Provider, ending: str
) -> None:
    product = install(HCAI_STOP_SECONDS="0.5").start()
    key = books.make_key(product)
    with client(product, key, body_of("/simulate first=20", stream=False)):
        books.wait_until(lambda: provider.totals()["running"] == 1, 5, "the provider is asked")
        time.sleep(0.3)
    wait_for_row(product, lambda row: row["outcome"] == "client_closed", 2)
    _end(product, ending)
    books.wait_until(lambda: provider.totals()["running"] == 0, 5, "the provider has ended")
    product.start()
    (row,) = books.wait_until_settled(product)
    (call,) = provider.summary()
    assert row["generation_id"] == call["id"]
    books.check_figures(row, call)


def _end(product: Product, ending: str) -> None:
    if ending == "kill":
        product.kill()
    else:
        product.stop()


def _user(product: Product, slack_id: str) -> str:
    return books.select(product, f"SELECT id FROM users WHERE slack_id = '{slack_id}'")[0]["id"]
