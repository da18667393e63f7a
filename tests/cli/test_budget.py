"""`budget …`: what the gate thinks beside what the ledger says."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from tests.cli.wire import assert_fails
from tests.conftest import Install
from tests.harness.own_redis import OwnRedis, own_redis
from tests.harness.product import Product


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[OwnRedis]:
    with own_redis(tmp_path) as server:
        yield server


def shown(product: Product, user: str = "U1") -> dict[str, Any]:
    return json.loads(product.cli("budget", "show", user))


def agree(product: Product) -> bool:
    found = shown(product)
    return found["gate"] == found["ledger"] and found["drift_usd"] == "0"


def test_show_and_rebuild_over_redis(install: Install, redis: OwnRedis) -> None:
    product = install(REDIS_URL=redis.url).start()
    key = product.make_key()
    assert agree(product)
    assert product.chat(key).status_code == 200
    found = shown(product)
    assert found["gate"] == found["ledger"]
    assert float(found["ledger"]["spent_usd"]) > 0
    assert found["ledger"]["reserved_usd"] == found["drift_usd"] == "0"
    assert found["budget_usd"] == "4"
    with Redis.from_url(redis.url) as client:  # however that came about
        (account,) = client.keys("hcai:budget:*[0-9]")  # type: ignore[misc]
        client.hincrby(account, "spent", 5 * 10**9)
    assert shown(product)["drift_usd"] == "5"
    assert product.chat(key).status_code == 402
    assert product.cli("budget", "rebuild", "U1") == ""
    assert agree(product)
    assert product.chat(key).status_code == 200


def test_a_rebuild_reads_the_budgets_of_keys_too(install: Install, redis: OwnRedis) -> None:
    product = install(REDIS_URL=redis.url).start()
    key = product.make_key()
    product.change("keys", "set", key, "--budget-usd", "3")
    assert product.chat(key).status_code == 200
    key_id = json.loads(product.cli("keys", "list", "--user", "U1"))["id"]
    with Redis.from_url(redis.url) as client:
        (account,) = client.keys(f"hcai:budget:{key_id}:*[0-9]")  # type: ignore[misc]
        client.hincrby(account, "spent", 5 * 10**9)
    assert product.chat(key).status_code == 402
    assert product.cli("budget", "rebuild", "U1") == ""
    assert product.chat(key).status_code == 200


def test_without_redis_the_gate_is_in_the_servers_memory(install: Install) -> None:
    product = install().start()
    key = product.make_key()
    assert product.chat(key).status_code == 200
    found = shown(product)
    assert found["gate"] is None
    assert "memory" in found["gate_knows"]
    assert float(found["ledger"]["spent_usd"]) > 0
    assert product.change("budget", "rebuild", "U1") == ""
    assert product.chat(key).status_code == 200


def test_without_a_redis_that_answers_the_ledger_is_shown(
    install: Install, redis: OwnRedis
) -> None:
    product = install(REDIS_URL=redis.url)
    product.make_key()
    redis.stop()
    found = shown(product)
    assert found["gate"] is None
    assert "Redis does not answer" in found["gate_knows"]
    assert "REDIS_URL" in assert_fails(product, "budget", "rebuild", "U1")


def test_a_user_that_is_not_there(shop: Product) -> None:
    for command in ("show", "rebuild"):
        assert "UNOBODY" in assert_fails(shop, "budget", command, "UNOBODY")
