"""The two official Node clients in front of the real server process."""

from collections.abc import Iterator

import pytest

from tests.clients.node.clients import Node, NodeClient, are_installed
from tests.harness.databases import missing
from tests.harness.product import Product


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    if not are_installed():
        missing("tests/clients/node/node_modules, which `make setup` gets from the npm registry,")
    node = Node()
    yield node
    node.stop()


@pytest.fixture
def openai(node: Node, product: Product, key: str) -> NodeClient:
    return NodeClient(node, "openai", {"baseURL": product.base_url, "apiKey": key})


@pytest.fixture
def openrouter(node: Node, product: Product, key: str) -> NodeClient:
    # It knows no `baseURL`: that would be ignored, and the key would go to openrouter.ai.
    options = {"serverURL": product.base_url, "apiKey": key}
    return NodeClient(node, "@openrouter/sdk", options)
