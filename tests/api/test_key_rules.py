"""A key's rules on the wire: what each refuses, in words, and the page that explains it."""

import time
from datetime import timedelta

import httpx
import pytest

from hcai_app import clock
from tests.api.wire import assert_error
from tests.harness.product import Product

MODEL = "qwen/qwen3-32b"


def owned(product: Product, name: str) -> str:
    return product.make_key(name, "--budget-usd", "1")


def assert_why(answer: httpx.Response) -> None:
    request_id = answer.headers["X-Request-Id"]
    assert answer.json()["error"]["metadata"]["help_url"].endswith(f"/why/{request_id}")


def until_refused(product: Product, key: str) -> httpx.Response:
    """Call until the rules are known: a second at most."""
    began = time.monotonic()
    while (answer := product.chat(key)).status_code == 200:
        assert time.monotonic() - began < 1.5
        time.sleep(0.05)
    return answer


def test_a_key_that_is_off_says_so_and_works_again_when_it_is_on(product: Product) -> None:
    key = owned(product, "UOFF")
    assert product.chat(key).status_code == 200
    product.cli("keys", "set", key, "--off")
    answer = until_refused(product, key)
    assert "switched off" in assert_error(answer, 401)
    assert_why(answer)
    product.change("keys", "set", key, "--on")
    assert product.chat(key).status_code == 200


def test_an_end_is_reached_without_anybody_doing_anything(product: Product) -> None:
    key = owned(product, "UEND")
    assert product.chat(key).status_code == 200
    ends = clock.now() + timedelta(seconds=2.5)
    product.change("keys", "set", key, "--expires", ends.isoformat())
    data = product.get("/key", key).json()["data"]
    assert data["expires_at"].startswith(ends.isoformat()[:19])
    time.sleep(max(0, (ends - clock.now()).total_seconds()))
    answer = product.chat(key)
    assert "ended" in assert_error(answer, 401)
    assert_why(answer)


def test_a_key_uses_its_models_alone(product: Product) -> None:
    key = owned(product, "UMODELS")
    product.change("keys", "set", key, "--models", "openai/gpt-5-mini")
    assert product.get("/key", key).json()["data"]["models"] == ["openai/gpt-5-mini"]
    answer = product.chat(key, model=MODEL)
    assert "openai/gpt-5-mini" in assert_error(answer, 400, param="model")
    assert answer.json()["error"]["metadata"]["allowed"] == ["openai/gpt-5-mini"]
    assert_why(answer)
    assert product.chat(key, model="openai/gpt-5-mini").status_code == 200
    second = product.chat(key, model="openai/gpt-5-mini", models=[MODEL])
    assert second.status_code == 400


def test_a_spent_key_says_whose_budget_it_is_and_others_go_on(product: Product) -> None:
    key = owned(product, "UKEYSPENT")
    other = product.cli("keys", "create", "--user", "UKEYSPENT", "--name", "other")
    product.change("keys", "set", key, "--budget-usd", "0.25")
    assert product.chat(key, "Hi\n/simulate cost=0.25").status_code == 200
    answer = product.chat(key)
    assert "This API key's own budget of $0.25" in assert_error(answer, 402)
    assert answer.json()["error"]["metadata"]["rule"] == "key_budget"
    assert_why(answer)
    data = product.get("/key", key).json()["data"]
    assert (data["limit"], data["limit_remaining"]) == (0.25, 0)
    assert [budget["scope"] for budget in data["budgets"]] == ["member", "key"]
    assert product.get("/key", other).json()["data"]["limit_remaining"] == 0.75
    assert product.chat(other).status_code == 200


def test_a_successor_has_the_name_and_the_rules_and_the_old_key_lives_on(product: Product) -> None:
    key = owned(product, "UROTATE")
    product.change("keys", "set", key, "--name", "bot", "--budget-usd", "0.5")
    successor = product.change("keys", "rotate", key, "--overlap", "1").strip()
    data = product.get("/key", successor).json()["data"]
    assert (data["name"], data["limit"], data["expires_at"]) == ("bot", 0.5, None)
    assert product.chat(key).status_code == product.chat(successor).status_code == 200
    at_once = product.change("keys", "rotate", successor, "--overlap", "0").strip()
    assert_error(product.chat(successor), 401)
    assert product.chat(at_once).status_code == 200


@pytest.mark.parametrize("until", [60, 1.5])
def test_a_grant_is_a_larger_budget_until_its_end(product: Product, until: float) -> None:
    name = f"UGRANT{int(until)}"
    key = owned(product, name)
    assert product.chat(key, "Hi\n/simulate cost=1").status_code == 200
    assert_error(product.chat(key), 402)
    ends = clock.now() + timedelta(seconds=until)
    product.change("users", "grant", name, "3", "--until", ends.isoformat(), "--reason", "demo")
    if until > 10:
        assert product.chat(key).status_code == 200
        assert product.get("/key", key).json()["data"]["limit"] == 3
    else:
        time.sleep(max(0, (ends - clock.now()).total_seconds()))
        assert_error(product.chat(key), 402)


def test_a_ban_ends_by_itself(product: Product) -> None:
    key = owned(product, "UBANEND")
    ends = clock.now() + timedelta(seconds=2.5)
    product.change("users", "ban", "UBANEND", "--reason", "spam", "--until", ends.isoformat())
    assert "until" in assert_error(product.chat(key), 403)
    time.sleep(max(0, (ends - clock.now()).total_seconds()))
    assert product.chat(key).status_code == 200
