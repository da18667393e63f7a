"""`GET /up`: the state of the service for everybody, told at once and never asked for."""

import json
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import Install
from tests.harness.cluster import Cluster
from tests.harness.processes import TLS, Process, clean_environment
from tests.harness.product import Product
from tests.harness.provider import Provider

# What "within seconds" means on a machine where other things run.
SOON_S = 15
AT_ONCE_S = 1.0


def up(product: Product) -> dict[str, Any]:
    """The state; whatever it is, it comes at once."""
    started = time.monotonic()
    answer = httpx.get(f"{product.origin}/up", timeout=10, verify=TLS)
    assert time.monotonic() - started < AT_ONCE_S
    assert answer.status_code == 200
    return answer.json()


def wait_for(product: Product, **members: Any) -> dict[str, Any]:
    deadline = time.monotonic() + SOON_S
    while not members.items() <= (state := up(product)).items():
        assert time.monotonic() < deadline, state
        time.sleep(0.1)
    return state


def looks(provider: Provider) -> int:
    requests = httpx.get(f"{provider.origin}/_simulator/requests", verify=TLS).json()
    return sum("/key" in json.dumps(request) for request in requests)


@pytest.fixture
def own_provider(tmp_path: Path) -> Iterator[Provider]:
    """A provider that a test may freeze and end."""
    (tmp_path / "provider").mkdir()
    made = Provider(tmp_path / "provider")
    yield made
    made.process.signal(signal.SIGCONT)
    made.stop()


def test_all_is_well_and_everybody_may_know_it(product: Product) -> None:
    state = wait_for(product, provider="up")
    assert (
        state.items()
        >= {
            "status": "ok",
            "accepting_calls": True,
            "database": "up",
            "simulated": False,
        }.items()
    )
    assert "redis" not in state
    answer = httpx.get(f"{product.origin}/up", headers={"Origin": "https://a.example"}, verify=TLS)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "public, max-age=2"
    assert "sk-or" not in answer.text
    assert str(product.folder) not in answer.text


def test_without_any_key_it_says_that_answers_are_simulated(tmp_path: Path) -> None:
    product = Product(tmp_path).start()
    try:
        assert wait_for(product, provider="up")["simulated"] is True
    finally:
        product.stop()


def test_asking_often_asks_the_provider_no_more(product: Product, provider: Provider) -> None:
    wait_for(product, provider="up")
    before, started = looks(provider), time.monotonic()
    for _ in range(100):
        up(product)
    assert looks(provider) - before <= 2 + (time.monotonic() - started) / 2
    assert provider.count() == 0  # and what was asked cost nothing


def start_again(provider: Provider) -> None:
    arguments = ["simulate", "--port", str(httpx.URL(provider.origin).port)]
    folder, ready = provider.process.log_path.parent, f"{provider.origin}/_simulator/count"
    provider.process = Process(arguments, folder=folder, env=clean_environment(), ready=ready)
    provider.process.wait_until_ready()


PROVIDER_TAKEN_AWAY: dict[str, tuple[Callable[[Provider], None], Callable[[Provider], None]]] = {
    "stopped": (lambda provider: provider.process.stop(), start_again),
    "frozen": (
        lambda provider: provider.process.signal(signal.SIGSTOP),
        lambda provider: provider.process.signal(signal.SIGCONT),
    ),
}


@pytest.mark.parametrize("how", PROVIDER_TAKEN_AWAY)
def test_a_provider_that_is_away_is_told_within_seconds_and_its_return_too(
    install: Install, own_provider: Provider, how: str
) -> None:
    product = install(OPENROUTER_BASE_URL=own_provider.base_url).start()
    wait_for(product, provider="up")
    take_away, bring_back = PROVIDER_TAKEN_AWAY[how]
    take_away(own_provider)
    wait_for(product, status="down", provider="down", accepting_calls=False, database="up")
    bring_back(own_provider)
    wait_for(product, status="ok", provider="up", accepting_calls=True)
    assert product.process is not None
    assert product.process.log.count("the provider is away") == 1


def test_a_hiccup_is_no_outage(product: Product, provider: Provider) -> None:
    wait_for(product, provider="up")
    before = looks(provider)
    provider.script(path="/key", status=503, times=1)
    while looks(provider) < before + 3:
        assert up(product)["provider"] == "up"
        time.sleep(0.05)


@pytest.mark.parametrize("status", [500, 503, 401, 402])
def test_a_provider_that_takes_no_calls_of_ours_is_down(
    product: Product, provider: Provider, status: int
) -> None:
    provider.script(path="/key", status=status)
    wait_for(product, status="down", provider="down")
    provider.reset()
    wait_for(product, status="ok", provider="up")
    assert product.process is not None
    alerts = product.process.log.count(f"the provider answers {status}: check OPENROUTER_API_KEY")
    assert alerts == (1 if status in (401, 402) else 0)


def test_calls_that_fail_one_after_another_are_told_until_one_succeeds(
    product: Product, provider: Provider, key: str
) -> None:
    wait_for(product, provider="up")
    provider.script(status=503, times=5)
    for _ in range(5):
        assert up(product)["provider"] == "up"
        assert product.chat(key).status_code == 503
    assert up(product).items() >= {"status": "degraded", "provider": "failing"}.items()
    assert product.chat(key).status_code == 200
    assert up(product).items() >= {"status": "ok", "provider": "up"}.items()


DATABASE_TAKEN_AWAY: dict[str, tuple[Callable[[Cluster], None], Callable[[Cluster], None]]] = {
    "stopped": (Cluster.stop, Cluster.start),
    "frozen": (Cluster.freeze, Cluster.thaw),
}


@pytest.mark.parametrize("how", DATABASE_TAKEN_AWAY)
def test_a_database_that_is_away_is_told_within_seconds_and_its_return_too(
    install: Install, cluster: Cluster, how: str
) -> None:
    product = install(DATABASE_URL=cluster.url).start()
    wait_for(product, provider="up", database="up")
    take_away, bring_back = DATABASE_TAKEN_AWAY[how]
    take_away(cluster)
    wait_for(product, status="degraded", database="down", provider="up")
    bring_back(cluster)
    wait_for(product, status="ok", database="up")
