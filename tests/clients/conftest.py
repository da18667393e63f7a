"""The official clients in front of the real server process, each with its own defaults."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from anthropic import Anthropic
from openai import OpenAI
from openrouter import OpenRouter

from tests.chaos import books
from tests.conftest import _product
from tests.harness.product import Product
from tests.harness.provider import Provider

Body = dict[str, Any]
PLENTY_NANOUSD = 1000 * 10**9
BEAT_S = 0.3
# Such a client gives up long before the silences of these tests end.
IMPATIENT_S = 1.2
SILENT_S = 2.0
SILENCES = [(wait, stream) for wait in ("before", "first", "between") for stream in (False, True)]


@pytest.fixture(scope="module")
def key(module_product: Product) -> str:
    return books.make_key(module_product, "UCLIENT", PLENTY_NANOUSD)


@pytest.fixture
def openai(product: Product, key: str) -> Iterator[OpenAI]:
    with OpenAI(base_url=product.base_url, api_key=key) as client:
        yield client


@pytest.fixture
def openrouter(product: Product, key: str) -> Iterator[OpenRouter]:
    with OpenRouter(api_key=key, server_url=product.base_url) as client:
        yield client


@pytest.fixture
def anthropic(product: Product, key: str) -> Iterator[Anthropic]:
    """Its base URL ends before `/v1`, and it sends the key as `x-api-key`."""
    with Anthropic(base_url=product.base_url.removesuffix("/v1"), api_key=key) as client:
        yield client


@pytest.fixture
def http(product: Product, key: str) -> Iterator[httpx.Client]:
    """No client at all: the JSON as it is, where an official one drops members."""
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=product.base_url, headers=headers, timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def beating(
    provider_process: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str]]:
    """The base URL and a key of a server that says something every 0.3 s."""
    folder = tmp_path_factory.mktemp("beating")
    product = _product(folder, provider_process, HCAI_HEARTBEAT_SECONDS=str(BEAT_S)).start()
    yield product.base_url, books.make_key(product, "UBEATING", PLENTY_NANOUSD)
    product.stop()


@pytest.fixture
def impatient_openai(beating: tuple[str, str]) -> Iterator[OpenAI]:
    base_url, key = beating
    with OpenAI(base_url=base_url, api_key=key, timeout=IMPATIENT_S, max_retries=0) as client:
        yield client


@pytest.fixture
def impatient_anthropic(beating: tuple[str, str]) -> Iterator[Anthropic]:
    base_url, key = beating
    base_url = base_url.removesuffix("/v1")
    with Anthropic(base_url=base_url, api_key=key, timeout=IMPATIENT_S, max_retries=0) as client:
        yield client


@pytest.fixture
def ask() -> Callable[..., Body]:
    """Build a chat request whose prompt carries a directive to the simulated provider."""

    def build(directive: str = "", **more: Any) -> Body:
        text = f"Hello!\n/simulate {directive}" if directive else "Hello!"
        messages = [{"role": "user", "content": text}]
        return {"model": "qwen/qwen3-32b", "messages": messages, **more}

    return build
