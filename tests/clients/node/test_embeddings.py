"""Embeddings through the official Node clients, as numbers and as base64."""

import base64
import json
import struct

import pytest

from hcai_app.settings import EMBEDDING_MODELS
from tests.clients.node.clients import NodeClient
from tests.clients.node.typed import assert_openai, assert_openrouter, thrown
from tests.harness.product import Product
from tests.harness.provider import Provider

CREATE = "embeddings.create"
GENERATE = "embeddings.generate"
MODEL = "qwen/qwen3-embedding-8b"
OFFERED = EMBEDDING_MODELS.split(",")


@pytest.fixture
def plain(openai: NodeClient) -> list[float]:
    """The vector of `ducks` as plain numbers."""
    body = {"model": MODEL, "input": "ducks", "encoding_format": "float"}
    (entry,) = openai.call(CREATE, body)["data"]
    return entry["embedding"]


def test_openai_asks_for_base64_and_gets_the_same_numbers(
    openai: NodeClient, provider: Provider, plain: list[float]
) -> None:
    answer = openai.call(CREATE, {"model": MODEL, "input": "ducks"})
    assert json.loads(provider.calls()[-1]["body"])["encoding_format"] == "base64"
    assert answer["data"][0]["embedding"] == plain
    assert any(plain)
    assert answer["usage"]["cost"] > 0


def test_openai_gets_base64_as_it_is(openai: NodeClient, plain: list[float]) -> None:
    body = {"model": MODEL, "input": "ducks", "encoding_format": "base64"}
    assert decoded(openai.call(CREATE, body)["data"][0]["embedding"]) == plain


def test_openrouter_gets_numbers_and_base64(openrouter: NodeClient, plain: list[float]) -> None:
    body = {"model": MODEL, "input": "ducks"}
    answer = openrouter.call(GENERATE, {"requestBody": body})
    assert answer["data"][0]["embedding"] == plain
    assert answer["usage"]["cost"] > 0
    body["encodingFormat"] = "base64"
    answer = openrouter.call(GENERATE, {"requestBody": body})
    assert decoded(answer["data"][0]["embedding"]) == plain


def test_a_list_has_one_vector_for_each_text(
    openai: NodeClient, openrouter: NodeClient, plain: list[float]
) -> None:
    body = {"model": MODEL, "input": ["geese", "ducks"], "dimensions": 64}
    for answer in (
        openai.call(CREATE, body),
        openrouter.call(GENERATE, {"requestBody": body}),
    ):
        geese, ducks = (entry["embedding"] for entry in answer["data"])
        assert len(geese) == len(ducks) == 64
        assert geese != ducks
    assert len(plain) > 64


def test_each_call_has_its_row(openai: NodeClient, product: Product) -> None:
    answer = openai.call(CREATE, {"model": MODEL, "input": "ducks"})
    row = product.rows()[-1]
    assert (row["endpoint"], row["model"]) == ("/embeddings", MODEL)
    assert row["prompt_tokens"] == answer["usage"]["prompt_tokens"]
    assert float(row["cost_usd"]) == answer["usage"]["cost"]


@pytest.mark.parametrize("status", [400, 403, 404, 413, 429, 500, 502, 503])
def test_the_providers_errors_keep_their_class(clients, status: int) -> None:
    openai, openrouter = clients
    body = {"model": MODEL, "input": f"ducks\n/simulate status={status}"}
    assert_openai(thrown(openai, CREATE, body), status)
    assert_openrouter(thrown(openrouter, GENERATE, {"requestBody": body}), status)


def test_a_chat_model_is_400_and_names_one_for_embeddings(clients) -> None:
    openai, openrouter = clients
    body = {"model": "qwen/qwen3-32b", "input": "ducks"}
    error = thrown(openai, CREATE, body)
    assert_openai(error, 400)
    assert error.body["metadata"]["nearest"][0] in OFFERED
    assert_openrouter(thrown(openrouter, GENERATE, {"requestBody": body}), 400)


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_openrouter_lists_the_embedding_models_page_by_page(
    openrouter: NodeClient, limit: int
) -> None:
    pages = openrouter.call("embeddings.listModels", {"limit": limit})
    assert [model["id"] for page in pages for model in page["result"]["data"]] == OFFERED
    assert {page["result"]["totalCount"] for page in pages} == {len(OFFERED)}


def decoded(text: str) -> list[float]:
    data = base64.b64decode(text, validate=True)
    return list(struct.unpack(f"<{len(data) // 4}f", data))
