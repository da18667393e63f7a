"""Calls to a provider that answers with any bytes at all, and the rows that they leave."""

from typing import Any

import httpx
import pytest

from tests.api.bad_input.raw_provider import RawProvider
from tests.api.traces import leaving, rows
from tests.harness.product import Product

JSON = b"Content-Type: application/json"
SSE = b"Content-Type: text/event-stream"
HTML = b"Content-Type: text/html; charset=utf-8"
USAGE = b'"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,"cost":0.5}'
BODY = (
    b'{"id":"gen-1","object":"chat.completion","created":1,"model":"qwen/qwen3-32b",'
    b'"system_fingerprint":null,"choices":[{"index":0,"finish_reason":"stop",'
    b'"message":{"role":"assistant","content":"hi"}}],' + USAGE + b"}"
)
CHUNK = (
    b'data: {"id":"gen-1","object":"chat.completion.chunk","created":1,"model":"qwen/qwen3-32b",'
    b'"choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":null}]}\n\n'
)
LAST = CHUNK.replace(b'"choices":[', b'%b,"choices":[],"was":[' % USAGE) + b"data: [DONE]\n\n"
STREAM = CHUNK + LAST
FORMS = pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])


def ask(served: Product, provider: RawProvider, key: str, *, stream: bool) -> httpx.Response:
    """Make one call, which reaches the provider once and leaves one row."""
    with leaving(served, provider, traces=1):
        return served.chat(key, stream=stream)


def check_row(served: Product, status: int, outcome: str) -> dict[str, Any]:
    row = rows(served)[-1]
    assert (row["status"], row["outcome"]) == (status, outcome)
    return row


def check_free(row: dict[str, Any]) -> None:
    assert (row["cost_nanousd"], row["total_tokens"], row["settled"]) == (0, 0, True)


def check_booked(served: Product) -> None:
    row = check_row(served, 200, "completed")
    told = (row["generation_id"], row["total_tokens"], row["cost_nanousd"], row["settled"])
    assert told == ("gen-1", 3, 500_000_000, True)
