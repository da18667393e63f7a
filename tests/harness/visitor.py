"""A browser that is signed in, without a browser: its cookie, and the `Origin` of our own pages."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.harness.processes import TLS
from tests.harness.product import Product
from tests.harness.tabs import open_session

COOKIE = "hcai_session"


@contextmanager
def sign_in(product: Product) -> Iterator[httpx.Client]:
    """Sign in as the development student."""
    headers = {"Origin": product.origin}
    with httpx.Client(base_url=product.origin, headers=headers, verify=TLS, timeout=60) as client:
        assert client.get("/auth/login").status_code == 303
        assert client.cookies[COOKIE]
        yield client


@contextmanager
def page_of(product: Product, slack_id: str) -> Iterator[httpx.Client]:
    """Open a page of ours, in a browser of its own, as a user of the command line."""
    cookies = {COOKIE: asyncio.run(open_session(product, slack_id))}
    headers = {"Origin": product.origin}
    with httpx.Client(
        base_url=product.origin, headers=headers, cookies=cookies, verify=TLS, timeout=60
    ) as client:
        yield client
