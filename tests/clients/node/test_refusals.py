"""Our own refusals, through every generating method of the official Node clients."""

from typing import Any

import pytest

from tests.clients.node.clients import NodeClient
from tests.clients.node.typed import assert_openai, assert_openrouter, thrown
from tests.harness.product import Product
from tests.harness.provider import Provider

SAID = [{"role": "user", "content": "ducks"}]
CHAT = {"model": "qwen/qwen3-32b", "messages": SAID}
EMBEDDING = {"model": "qwen/qwen3-embedding-8b", "input": "ducks"}
RESPONSE = {"model": "qwen/qwen3-32b", "input": "ducks"}
IMAGE = {"model": "google/gemini-2.5-flash-image", "prompt": "ducks"}
OF_OPENAI = {
    "chat.completions.create": CHAT,
    "embeddings.create": EMBEDDING,
    "responses.create": RESPONSE,
    "images.generate": IMAGE,
}
OF_OPENROUTER = {
    "chat.send": ("chatRequest", CHAT),
    "embeddings.generate": ("requestBody", EMBEDDING),
    "responses.send": ("responsesRequest", RESPONSE),
}


def assert_refused(clients: tuple[NodeClient, NodeClient], status: int, **changed: Any) -> None:
    openai, openrouter = clients
    for method, body in OF_OPENAI.items():
        assert_openai(thrown(openai, method, {**body, **changed}), status)
    for method, (name, body) in OF_OPENROUTER.items():
        # Of what it does not know of a request, @openrouter/sdk sends nothing.
        if "models" in changed and method == "embeddings.generate":
            continue
        assert_openrouter(thrown(openrouter, method, {name: {**body, **changed}}), status)


def with_key(clients: tuple[NodeClient, NodeClient], key: str) -> tuple[NodeClient, NodeClient]:
    openai, openrouter = clients
    return openai.having(apiKey=key), openrouter.having(apiKey=key)


@pytest.fixture(autouse=True)
def nothing_reaches_the_provider(provider: Provider):
    yield
    assert provider.count() == 0


def test_an_unknown_key_is_401(clients) -> None:
    assert_refused(with_key(clients, "sk-hc-v1-" + "0" * 64), 401)


def test_a_spent_budget_is_402(clients, product: Product) -> None:
    assert_refused(with_key(clients, product.make_key("UBROKE", "--budget-usd", "0")), 402)


def test_a_ban_is_403(clients, product: Product) -> None:
    key = product.make_key("UREFUSED")
    product.change("users", "ban", "UREFUSED", "--reason", "resold their key")
    assert_refused(with_key(clients, key), 403)


def test_a_model_that_is_not_offered_is_400(clients) -> None:
    assert_refused(clients, 400, model="nobody/offers-this")


def test_a_fallback_that_is_not_offered_is_400(clients) -> None:
    assert_refused(clients, 400, models=["nobody/offers-this"])
