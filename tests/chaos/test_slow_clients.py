"""Clients that do not read, or hardly write: memory stays bounded, and nobody waits for ever."""

import socket
import time

import pytest

from tests.chaos import books, procfs
from tests.chaos.clients import body_of
from tests.chaos.test_leaving import client, read_until
from tests.harness.product import Product
from tests.harness.provider import Provider

GROWTH_MB = 30
HUGE = "chunks=200 size=1000000 delay=0"  # 200 MB


def _memory(product: Product) -> float:
    assert product.process is not None
    return procfs.memory_mb(product.process.pid)


def test_a_client_that_does_not_read_slows_the_provider_down(
    product: Product, provider: Provider
) -> None:
    key = books.make_key(product, "USLOW1")
    product.chat(key)
    before = _memory(product)
    with client(product, key, body_of(f"/simulate {HUGE}", stream=True)) as reader:
        read_until(reader, b'"content"')
        highest, ends_at = before, time.monotonic() + 5
        while time.monotonic() < ends_at:
            highest = max(highest, _memory(product))
            time.sleep(0.05)
        assert provider.totals()["running"] == 1, "the provider's stream was not slowed down"
        assert highest - before < GROWTH_MB
    books.wait_until(lambda: provider.totals()["running"] == 0, 5, "the stream is cancelled")
    assert len(books.wait_until_settled(product)) >= 1


@pytest.mark.parametrize("stream", [True, False])
def test_an_answer_of_200_mb_is_relayed_in_bounded_memory(
    product: Product, provider: Provider, stream: bool
) -> None:
    key = books.make_key(product, f"USLOW2{stream}")
    product.chat(key)
    before = highest = _memory(product)
    size = 0
    with client(product, key, body_of(f"/simulate {HUGE}", stream=stream)) as reader:
        reader.settimeout(60)
        tail = b""
        while not (tail.endswith((b"[DONE]\n\n\r\n0\r\n\r\n", b"0\r\n\r\n"))):
            data = reader.recv(1 << 20)
            assert data
            size, tail = size + len(data), (tail + data)[-64:]
            if size % 7 == 0:  # now and then
                highest = max(highest, _memory(product))
    assert size > 200_000_000
    assert highest - before < GROWTH_MB
    row = books.ledger(product)[-1]
    assert (row["outcome"], row["settled"]) == ("completed", True)
    books.check_figures(row, provider.summary()[-1])


def test_endless_headers_are_cut(product: Product) -> None:
    with socket.create_connection(("127.0.0.1", product.port), timeout=10) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n")
        with pytest.raises((ConnectionError, EOFError)):
            for _ in range(2000):
                connection.sendall(b"X-Filler: " + b"x" * 1000 + b"\r\n")
                time.sleep(0.001)
            raise AssertionError("endless headers are taken")


@pytest.mark.slow
def test_headers_that_do_not_end_are_cut_after_a_while(product: Product) -> None:
    with socket.create_connection(("127.0.0.1", product.port), timeout=60) as connection:
        connection.sendall(b"POST /proxy/v1/chat/completions HTTP/1.1\r\n")
        started = time.monotonic()
        assert connection.recv(1024) == b""
        assert 15 < time.monotonic() - started < 30
