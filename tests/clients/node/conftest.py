"""The two official Node clients in front of one real server process, which all modules share."""

from collections.abc import Iterator

import pytest

from tests.clients.node.clients import Node, NodeClient, are_installed
from tests.harness.databases import missing
from tests.harness.product import Product
from tests.harness.provider import Provider


@pytest.fixture(scope="package")
def node() -> Iterator[Node]:
    if not are_installed():
        missing("tests/clients/node/node_modules, which `make setup` gets from the npm registry,")
    node = Node()
    yield node
    node.stop()


@pytest.fixture(scope="package")
def module_product(
    node: Node, provider_process: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    assert node
    settings = {
        "OPENROUTER_API_KEY": "sk-or-v1-test",
        "OPENROUTER_BASE_URL": provider_process.base_url,
        "HCAI_CHAT_RATE_LIMIT": "10000/minute",
    }
    product = Product(tmp_path_factory.mktemp("product"), **settings).start()
    yield product
    product.stop()


@pytest.fixture(scope="package")
def key(module_product: Product) -> str:
    return module_product.make_key("UNODE", "--budget-usd", "1000")


@pytest.fixture
def openai(node: Node, product: Product, key: str) -> NodeClient:
    return NodeClient(node, "openai", {"baseURL": product.base_url, "apiKey": key})


@pytest.fixture
def openrouter(node: Node, product: Product, key: str) -> NodeClient:
    # It knows no `baseURL`: that would be ignored, and the key would go to openrouter.ai.
    options = {"serverURL": product.base_url, "apiKey": key}
    return NodeClient(node, "@openrouter/sdk", options)


@pytest.fixture
def clients(openai: NodeClient, openrouter: NodeClient) -> tuple[NodeClient, NodeClient]:
    """Both clients, without their retries."""
    return openai.having(maxRetries=0), openrouter.having(retryConfig={"strategy": "none"})
