from collections.abc import Iterator

import pytest

from tests.api.raw_provider import RawProvider, raw_provider
from tests.harness.product import Product


@pytest.fixture(scope="module")
def key(module_product: Product) -> str:
    """The key of a user that the tests of a module share."""
    return module_product.make_key("UWIRE", "--budget-usd", "1000")


@pytest.fixture(scope="module")
def socket_provider_process() -> Iterator[RawProvider]:
    with raw_provider() as provider:
        yield provider


@pytest.fixture
def socket_provider(socket_provider_process: RawProvider) -> RawProvider:
    """A provider that answers with any bytes; it remembers no earlier test."""
    socket_provider_process.calls.clear()
    return socket_provider_process


@pytest.fixture(scope="module")
def served(
    socket_provider_process: RawProvider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    """A running server in front of that provider, which the tests of a module share."""
    product = Product(
        tmp_path_factory.mktemp("served"),
        OPENROUTER_API_KEY="sk-or-v1-test",
        OPENROUTER_BASE_URL=socket_provider_process.base_url,
        HCAI_CHAT_RATE_LIMIT="10000/minute",
    ).start()
    yield product
    product.stop()


@pytest.fixture(scope="module")
def served_key(served: Product) -> str:
    return served.make_key("USERVED", "--budget-usd", "1000000")
