"""Two servers for all tests of bad input: one with the simulated provider, one with a socket."""

from collections.abc import Iterator

import pytest

from tests.api.bad_input.raw_provider import RawProvider, raw_provider
from tests.chaos import books
from tests.conftest import _product
from tests.harness.product import Product
from tests.harness.provider import Provider

# No attempt is counted; callers may say where they come from.
SETTINGS = {
    "HCAI_CHAT_RATE_LIMIT": "100000/minute",
    "HCAI_MODERATION_RATE_LIMIT": "100000/minute",
    "HCAI_TRUSTED_PROXY_HOPS": "1",
}
BUDGET_NANOUSD = 10**6 * 10**9


@pytest.fixture(scope="package")
def module_product(
    provider_process: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("patient")
    product = _product(folder, provider_process, **SETTINGS).start()
    yield product
    product.stop()


@pytest.fixture(scope="package")
def key(module_product: Product) -> str:
    return books.make_key(module_product, "UPATIENT", BUDGET_NANOUSD)


@pytest.fixture(scope="package")
def socket_provider_process() -> Iterator[RawProvider]:
    with raw_provider() as provider:
        yield provider


@pytest.fixture
def socket_provider(socket_provider_process: RawProvider) -> RawProvider:
    """A provider that answers with any bytes; it remembers no earlier test."""
    socket_provider_process.calls.clear()
    return socket_provider_process


@pytest.fixture(scope="package")
def served(
    socket_provider_process: RawProvider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    """A running server in front of that provider."""
    own = {
        "OPENROUTER_API_KEY": "sk-or-v1-test",
        "OPENROUTER_BASE_URL": socket_provider_process.base_url,
    }
    product = Product(tmp_path_factory.mktemp("served"), **own, **SETTINGS).start()
    yield product
    product.stop()


@pytest.fixture(scope="package")
def served_key(served: Product) -> str:
    return books.make_key(served, "USERVED", BUDGET_NANOUSD)
