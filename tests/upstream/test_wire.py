"""The whole way: what the simulated provider puts on the wire is what the client gets."""

import json
import re
import sqlite3
from contextlib import closing
from typing import Any

import httpx
import pytest

from tests.harness.product import Product
from tests.harness.provider import Provider
from tests.upstream.events import parse

WIRES = [
    "",
    "piece=1 chunks=4",
    "piece=7",
    "piece=1000",
    "crlf",
    "crlf piece=3 chunks=5",
    "no_comment",
    "no_generation_id",
    "no_generation_id usage_at=choice piece=50",
    "usage_at=choice",
    "usage=strings",
    "byok",
    "chunks=2000",
    "reasoning size=5000",
    "image_bytes=3000000",
    "image_bytes=300000 piece=1460 crlf",
    "no_done",
    "no_done crlf piece=11",
    "say=漢字🙂 piece=1 chunks=3",
]
# What differs between any two answers of the provider.
VARYING = re.compile(rb'gen-[\w-]+|"created":\d+')


@pytest.fixture(scope="module")
def key(module_product: Product) -> str:
    return module_product.make_key("UWIRE")


def body(wire: str, **fields: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": f"hi\n/simulate {wire} delay=0"}]
    return {"model": "qwen/qwen3-32b", "messages": messages, **fields}


def ask_provider(provider: Provider, wire: str, **fields: Any) -> httpx.Response:
    headers = {"Authorization": "Bearer sk-or-v1-test"}
    url = f"{provider.base_url}/chat/completions"
    return httpx.post(url, headers=headers, json=body(wire, **fields), timeout=60)


def last_row(product: Product) -> dict[str, Any]:
    with closing(sqlite3.connect(product.folder / "hcai.db")) as books:
        books.row_factory = sqlite3.Row
        return dict(books.execute("SELECT * FROM calls ORDER BY id DESC").fetchone())


def same(content: bytes) -> bytes:
    return VARYING.sub(b"~", content)


@pytest.mark.parametrize("wire", WIRES)
def test_a_stream_is_relayed_byte_for_byte_and_booked(
    wire: str, product: Product, provider: Provider, key: str
) -> None:
    direct = ask_provider(provider, wire, stream=True)
    answer = product.post("/chat/completions", key, json=body(wire, stream=True))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert same(answer.content) == same(direct.content)
    chunks = [json.loads(data) for data in parse(answer.content) if data != b"[DONE]"]
    (usage,) = [chunk["usage"] for chunk in chunks if chunk.get("usage")]
    row = last_row(product)
    assert row["generation_id"] == chunks[0]["id"]
    assert (row["outcome"], row["settled"], row["streamed"]) == ("completed", True, True)
    assert row["total_tokens"] == int(usage["total_tokens"])
    cost = float(usage["cost"]) + float(usage["cost_details"]["upstream_inference_cost"] or 0)
    assert row["cost_nanousd"] == pytest.approx(cost * 1e9, abs=1)


@pytest.mark.parametrize(
    "wire",
    [
        "",
        "piece=1",
        "piece=1000",
        "usage=strings",
        "byok",
        "no_generation_id",
        "image_bytes=3000000",
    ],
)
def test_a_plain_answer_is_relayed_byte_for_byte_and_booked(
    wire: str, product: Product, provider: Provider, key: str
) -> None:
    direct = ask_provider(provider, wire)
    answer = product.post("/chat/completions", key, json=body(wire))
    assert answer.status_code == 200
    assert same(answer.content) == same(direct.content)
    told = answer.json()
    row = last_row(product)
    assert row["generation_id"] == told["id"]
    assert (row["outcome"], row["settled"], row["streamed"]) == ("completed", True, False)
    assert row["total_tokens"] == int(told["usage"]["total_tokens"])


def test_a_large_answer_without_a_header_still_tells_its_generation(
    product: Product, key: str
) -> None:
    wire = "image_bytes=3000000 no_generation_id"
    answer = product.post("/chat/completions", key, json=body(wire))
    row = last_row(product)
    assert row["generation_id"] == answer.json()["id"]
    assert row["cost_source"] == "provider"


@pytest.mark.parametrize("wire", ["error=503", "error=429 error_code=rate_limited", "error=402"])
@pytest.mark.parametrize("piece", [0, 1, 200])
def test_an_error_in_the_middle_reaches_the_client_whole(
    wire: str, piece: int, product: Product, key: str
) -> None:
    wire = f"{wire} after=2 piece={piece}"
    answer = product.post("/chat/completions", key, json=body(wire, stream=True))
    assert answer.status_code == 200
    last = [json.loads(data) for data in parse(answer.content) if data != b"[DONE]"][-1]
    assert isinstance(last["error"]["code"], int)
    assert last["error"]["code"] not in (401, 402)
    assert last["error"].get("metadata") != {}
    assert last["choices"][0]["finish_reason"] == "error"
    assert last_row(product)["outcome"] == "upstream_error"
