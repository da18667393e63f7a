"""The official clients in front of the real server process, each with its own defaults."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from openai import OpenAI
from openrouter import OpenRouter

from tests.harness.product import Product

Body = dict[str, Any]


@pytest.fixture(scope="module")
def key(module_product: Product) -> str:
    return module_product.make_key("UCLIENT", "--budget-usd", "1000")


@pytest.fixture
def openai(product: Product, key: str) -> Iterator[OpenAI]:
    with OpenAI(base_url=product.base_url, api_key=key) as client:
        yield client


@pytest.fixture
def openrouter(product: Product, key: str) -> Iterator[OpenRouter]:
    with OpenRouter(api_key=key, server_url=product.base_url) as client:
        yield client


@pytest.fixture
def http(product: Product, key: str) -> Iterator[httpx.Client]:
    """No client at all: the JSON as it is, where an official one drops members."""
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=product.base_url, headers=headers, timeout=60) as client:
        yield client


@pytest.fixture
def ask() -> Callable[..., Body]:
    """Build a chat request whose prompt carries a directive to the simulated provider."""

    def build(directive: str = "", **more: Any) -> Body:
        text = f"Hello!\n/simulate {directive}" if directive else "Hello!"
        messages = [{"role": "user", "content": text}]
        return {"model": "qwen/qwen3-32b", "messages": messages, **more}

    return build
