"""HTTP clients of the rare calls, over httpx; answers to students go over `http_client`."""

import ssl
from functools import cache
from typing import Any

import httpx


def open_client(*, trust_env: bool = True, **options: Any) -> httpx.AsyncClient:
    """Return a client with httpx' own options; all of a process share what they trust."""
    verify = _authorities(trust_env=trust_env)
    return httpx.AsyncClient(verify=verify, trust_env=trust_env, **options)


@cache
def _authorities(*, trust_env: bool) -> ssl.SSLContext:
    # Each client would read the list of authorities by itself: 30 ms and most of a megabyte.
    return httpx.create_ssl_context(trust_env=trust_env)
