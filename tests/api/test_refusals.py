"""What is wrong with a request is said in the error form, and costs nothing: no row, no call."""

import json

import pytest

from tests.api.wire import assert_error, chat_body, send
from tests.conftest import Install
from tests.harness.product import Product
from tests.harness.provider import Provider

UNKNOWN_KEY = "sk-hc-v1-" + "0" * 64


@pytest.fixture(autouse=True)
def _nothing_reaches_the_provider(provider: Provider):
    yield
    assert provider.count() == 0


def test_a_revoked_key_is_401(product: Product) -> None:
    key = product.make_key("UREVOKED")
    product.change("keys", "revoke", key)
    assert "revoked" in assert_error(product.chat(key), 401)


def test_a_spent_budget_is_402_and_says_when_it_resets(product: Product) -> None:
    key = product.make_key("USPENT", "--budget-usd", "0")
    answer = product.chat(key)
    assert "resets at 00:00 UTC" in assert_error(answer, 402)
    assert answer.json()["error"]["metadata"]["resets_at"].endswith("T00:00:00+00:00")
    assert answer.headers["x-should-retry"] == "false"


def test_a_banned_user_cannot_look_at_their_stats(product: Product) -> None:
    key = product.make_key("UBANNED")
    product.change("users", "ban", "UBANNED", "--reason", "resold keys")
    assert "resold keys" in assert_error(product.get("/stats", key), 403)


def test_a_body_over_the_limit_is_413_declared_or_not(install: Install, provider: Provider) -> None:
    product = install(HCAI_MAX_BODY_MB="1").start()
    key = product.make_key()
    room = 2**20 - len(json.dumps(chat_body("")))
    fitting = json.dumps(chat_body("x" * room)).encode()
    assert len(fitting) == 2**20
    for body in (fitting + b" ", fitting * 5):
        assert "1 MB" in assert_error(send(product, key, body), 413)
        pieces = [body[start : start + 60_000] for start in range(0, len(body), 60_000)]
        assert "1 MB" in assert_error(send(product, key, pieces), 413)
    assert product.rows() == []
    assert provider.count() == 0
    assert send(product, key, fitting).status_code == 200
    assert send(product, key, [fitting[:9], fitting[9:]]).status_code == 200
    provider.reset()


def test_too_many_unknown_keys_from_an_address_are_429(install: Install) -> None:
    product = install().start()
    key = product.make_key()
    statuses = [product.get("/stats", UNKNOWN_KEY).status_code for _ in range(61)]
    assert statuses == [401] * 60 + [429]
    assert_error(product.get("/stats", UNKNOWN_KEY), 429)
    assert product.get("/stats", key).status_code == 200  # nobody with a key suffers


def test_no_refusal_left_a_row(product: Product) -> None:
    assert product.rows() == []
