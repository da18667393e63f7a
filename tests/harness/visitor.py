"""A browser that is signed in, without a browser: its cookie, and the `Origin` of our own pages."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.harness.processes import TLS
from tests.harness.product import Product

COOKIE = "hcai_session"


@contextmanager
def sign_in(product: Product) -> Iterator[httpx.Client]:
    """Sign in as the development student."""
    headers = {"Origin": product.origin}
    with httpx.Client(base_url=product.origin, headers=headers, verify=TLS, timeout=60) as client:
        assert client.get("/auth/login").status_code == 303
        assert client.cookies[COOKIE]
        yield client
