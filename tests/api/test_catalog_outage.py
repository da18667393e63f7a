"""The catalogue while the provider is down, in every way that a provider can be down.

The five minutes that a copy is fresh would make the slowest of tests, so some servers here start
with shorter times: those alone are changed.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.wire import assert_error
from tests.conftest import Install
from tests.harness.processes import ROOT, free_port
from tests.harness.product import Product
from tests.harness.provider import Provider
from tests.harness.room import within

FRESH_S, RETRY_S, TIMEOUT_S = 0.2, 0.5, 3.0
HURRY = f"""
from hcai_app.services.models import catalog as models
from hcai_app.upstream.openrouter import catalog as client
models.FRESH_S, models.RETRY_S, client.TIMEOUT_S = {FRESH_S}, {RETRY_S}, {TIMEOUT_S}
"""
ENDPOINTS = "/models/qwen/qwen3-32b/endpoints"
PATHS = ("/models", "/models/count", "/embeddings/models", "/model/qwen/qwen3-32b", ENDPOINTS)
QUESTIONS = ("/models?output_modalities=all", "/embeddings/models", ENDPOINTS)
OUTAGES: dict[str, dict[str, Any]] = {
    "500": {"status": 500},
    "429": {"status": 429, "retry_after": "60"},
    "our account": {"status": 401},
    "gone": {"status": 404},
    "a CDN's page": {"status": 503, "html": True},
    "hanging before its headers": {"hang": "before_headers"},
    "hanging in its body": {"hang": "body"},
    "dripping": {"piece": 1, "first": 1},
    "cut": {"cut": "before_headers"},
    "cut in its body": {"cut": "body", "reset": True},
    "half": {"body": "half"},
    "empty": {"body": "empty"},
    "garbage": {"body": "invalid"},
}


@pytest.fixture(scope="module")
def hurry(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The setting that starts a server in a hurry."""
    folder = tmp_path_factory.mktemp("hurry")
    (folder / "sitecustomize.py").write_text(HURRY)
    return {"PYTHONPATH": f"{folder}:{ROOT}"}


@pytest.fixture(scope="module")
def hurried_process(
    provider_process: Provider, hurry: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    provider = {
        "OPENROUTER_API_KEY": "sk-or-v1-test",
        "OPENROUTER_BASE_URL": provider_process.base_url,
    }
    product = Product(tmp_path_factory.mktemp("product"), **provider, **hurry).start()
    yield product
    product.stop()


@pytest.fixture
def hurried(hurried_process: Product, provider: Provider) -> Product:
    """A server in a hurry whose copies are whole, and whose provider has answered all it asked."""

    def has_asked() -> bool:
        return works(hurried_process) and len(set(asked(provider))) == len(QUESTIONS)

    seconds_until(has_asked, 20)
    provider.reset()
    return hurried_process


def ask_all(product: Product) -> list[httpx.Response]:
    return [product.get(path) for path in PATHS]


def asked(provider: Provider) -> list[str]:
    """What the provider was asked for of its catalogue."""
    paths = [request.split("/api/v1")[1] for request in provider.requests()]
    return [path for path in paths if "/models" in path]


def break_down(provider: Provider, outage: dict[str, Any]) -> None:
    for path in ("/models", "/endpoints"):
        provider.script(path=path, **outage)


def works(product: Product) -> bool:
    return all(answer.status_code == 200 for answer in ask_all(product))


def seconds_until(is_true: Callable[[], bool], most: float) -> float:
    began = time.monotonic()
    while not is_true():
        assert time.monotonic() - began < most
        time.sleep(0.05)
    return time.monotonic() - began


@pytest.mark.parametrize("outage", OUTAGES)
def test_the_copy_serves_on_and_nothing_piles_up(
    hurried: Product, provider: Provider, outage: str
) -> None:
    whole = [answer.content for answer in ask_all(hurried)]
    break_down(provider, OUTAGES[outage])
    time.sleep(FRESH_S)
    began = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        while time.monotonic() - began < 2 * RETRY_S:
            for answers in pool.map(lambda _: ask_all(hurried), range(8)):
                assert [answer.content for answer in answers] == whole
                assert max(answer.elapsed.total_seconds() for answer in answers) < within(0.9)
            time.sleep(RETRY_S / 10)
    # Each try asks for one list and one model's endpoints; a last good one may have been under way.
    tries = (time.monotonic() - began) / RETRY_S + 1
    assert 2 <= len(asked(provider)) <= 2 * tries + len(QUESTIONS)


@pytest.mark.parametrize("outage", ["500", "hanging before its headers"])
def test_without_a_copy_the_answer_is_a_clear_503_until_the_provider_is_back(
    install: Install, provider: Provider, outage: str
) -> None:
    break_down(provider, OUTAGES[outage])
    product = install().start()
    key = product.make_key()
    with ThreadPoolExecutor(40) as pool:
        for answer in pool.map(product.get, PATHS * 8):
            assert "try again" in assert_error(answer, 503)
            assert 1 <= int(answer.headers["retry-after"]) <= 10
            # The Python client of OpenRouter's gives up after five seconds.
            assert answer.elapsed.total_seconds() < 4.5
    assert len(asked(provider)) <= 2
    assert product.chat(key).status_code == 200  # calls do not wait for it
    assert_error(product.get("/model/nobody/nothing"), 404)

    provider.reset()
    assert seconds_until(lambda: works(product), 20) < 16


def test_a_provider_that_is_gone_does_no_harm_and_is_found_again(
    install: Install, hurry: dict[str, str], tmp_path: Path
) -> None:
    """Nobody listens at its address, then somebody does."""
    port = free_port()
    product = install(OPENROUTER_BASE_URL=f"http://127.0.0.1:{port}/api/v1", **hurry).start()
    for answer in ask_all(product):
        assert_error(answer, 503)
    folder = tmp_path / "provider"
    folder.mkdir()
    provider = Provider(folder, port)
    try:
        assert seconds_until(lambda: works(product), 20) < 10
        whole = [answer.content for answer in ask_all(product)]
    finally:
        provider.stop()
    time.sleep(FRESH_S)
    for _ in range(20):
        assert [answer.content for answer in ask_all(product)] == whole


def test_a_copy_that_is_old_is_fetched_anew_once(hurried: Product, provider: Provider) -> None:
    break_down(provider, {"before": 0.8 * TIMEOUT_S})
    time.sleep(FRESH_S)
    began = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda _: works(hurried), range(8)))
    assert time.monotonic() - began < 0.8 * TIMEOUT_S
    assert asked(provider).count("/models?output_modalities=all") == 1
    assert asked(provider).count(ENDPOINTS) == 1
