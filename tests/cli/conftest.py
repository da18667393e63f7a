"""An installation whose server never runs: the command line works on the database alone."""

import pytest

from tests.harness.product import Product
from tests.harness.provider import Provider


@pytest.fixture(scope="module")
def shop(provider_process: Provider, tmp_path_factory: pytest.TempPathFactory) -> Product:
    settings = {"OPENROUTER_API_KEY": "sk", "OPENROUTER_BASE_URL": provider_process.base_url}
    return Product(tmp_path_factory.mktemp("shop"), **settings)


@pytest.fixture(scope="module")
def ada(shop: Product) -> str:
    """The id of a user with the Slack id UADA."""
    return shop.cli("users", "create", "--slack-id", "UADA", "--name", "Ada Lovelace")
