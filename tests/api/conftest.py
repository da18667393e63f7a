import pytest

from tests.harness.product import Product


@pytest.fixture(scope="module")
def key(module_product: Product) -> str:
    """The key of a user that the tests of a module share."""
    return module_product.make_key("UWIRE", "--budget-usd", "1000")
