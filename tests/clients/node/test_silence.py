"""Long silences: what we send meanwhile must not disturb the official Node clients."""

from typing import Any

import pytest

from tests.clients.node.clients import Node, NodeClient
from tests.clients.node.typed import thrown
from tests.conftest import Install
from tests.harness.product import Product


@pytest.fixture
def restless(install: Install) -> Product:
    """A server that says something ten times a second."""
    return install(HCAI_HEARTBEAT_SECONDS="0.1").start()


def test_heartbeats_disturb_nobody(restless: Product, node: Node, ask) -> None:
    openai, openrouter = clients_of(restless, node)
    for silence in ("before=1", "between=1 after=3"):
        body = ask(f"{silence} say=BANANA chunks=5")
        whole = openai.call("chat.completions.create", body)
        assert "BANANA" in whole["choices"][0]["message"]["content"]
        whole = openrouter.call("chat.send", {"chatRequest": body})
        assert "BANANA" in whole["choices"][0]["message"]["content"]
        body["stream"] = True
        assert len(openai.call("chat.completions.create", body)) == 5 + 2
        assert len(openrouter.call("chat.send", {"chatRequest": body})) == 5 + 2


def test_an_error_after_a_heartbeat_is_told_in_the_answer(
    restless: Product, node: Node, ask
) -> None:
    openai, openrouter = clients_of(restless, node)
    body = ask("before=1 status=429")
    assert openai.call("chat.completions.create", body)["error"]["code"] == 429
    body["stream"] = True
    error = thrown(openai, "chat.completions.create", body)
    assert (error.kind, error.code) == ("APIError", 429)
    (chunk,) = openrouter.call("chat.send", {"chatRequest": body})
    assert chunk["error"]["code"] == 429


def clients_of(product: Product, node: Node) -> tuple[NodeClient, NodeClient]:
    key = product.make_key()
    options: dict[str, Any] = {"apiKey": key, "maxRetries": 0}
    openai = NodeClient(node, "openai", {**options, "baseURL": product.base_url})
    options = {"apiKey": key, "serverURL": product.base_url}
    return openai, NodeClient(node, "@openrouter/sdk", options)
