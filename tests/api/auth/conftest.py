from collections.abc import Iterator

import pytest

from tests.api.auth.browsing import Browser
from tests.harness.identity import Identity
from tests.harness.product import Product
from tests.harness.provider import Provider

# Each test has an address of its own, so that none uses up another's attempts.
PROXIED = {"HCAI_TRUSTED_PROXY_HOPS": "1"}
addresses = iter(f"198.51.{n // 250}.{n % 250}" for n in range(60_000))


@pytest.fixture(scope="module")
def site(
    identity_process: Identity,
    provider_process: Provider,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Product]:
    """A site where only eligible teens get in, as in production."""
    folder = tmp_path_factory.mktemp("site")
    own = {"OPENROUTER_API_KEY": "sk-or-v1-test", "OPENROUTER_BASE_URL": provider_process.base_url}
    strict = {"HCAI_REQUIRE_VERIFIED": "true", **PROXIED, **own}
    product = Product(folder, **identity_process.settings(), **strict).start()
    yield product
    product.stop()


@pytest.fixture
def browser(site: Product, identity: Identity) -> Iterator[Browser]:
    assert identity.issuer
    with browser_of(site) as opened:
        yield opened


def browser_of(product: Product) -> Browser:
    opened = Browser(product)
    opened.headers["X-Forwarded-For"] = next(addresses)
    return opened
