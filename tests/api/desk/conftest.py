"""A server with an admin, UADMIN; each test acts on a person of its own."""

from collections.abc import Iterator
from itertools import count

import httpx
import pytest

from tests.harness.product import Product
from tests.harness.provider import Provider
from tests.harness.visitor import page_of

ADMIN = "UADMIN"
NUMBERS = count(1)


@pytest.fixture(scope="package")
def desk_product(
    provider_process: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    settings = {
        "OPENROUTER_API_KEY": "sk-or-v1-test",
        "OPENROUTER_BASE_URL": provider_process.base_url,
        "HCAI_ADMINS": ADMIN,
    }
    product = Product(tmp_path_factory.mktemp("desk"), **settings)
    product.cli("users", "create", "--slack-id", ADMIN, "--name", "Grace Volunteer")
    yield product.start()
    product.stop()


@pytest.fixture
def product(desk_product: Product, provider: Provider) -> Product:
    assert provider.base_url
    return desk_product


@pytest.fixture
def admin(product: Product) -> Iterator[httpx.Client]:
    """The admin's browser."""
    with page_of(product, ADMIN) as client:
        yield client


@pytest.fixture
def person(product: Product) -> str:
    """The Slack id of somebody whom nobody has acted on yet."""
    slack_id = f"UDESK{next(NUMBERS)}"
    product.cli("users", "create", "--slack-id", slack_id, "--name", f"Ada {slack_id}")
    return slack_id
