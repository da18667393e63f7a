"""What is wrong with a request is said in the error form, and costs nothing: no row, no call."""

import json
from typing import Any

import pytest

from tests.api.wire import assert_error, chat_body, send
from tests.conftest import Install
from tests.harness.product import Product
from tests.harness.provider import Provider

MESSAGES = b'"messages":[{"role":"user","content":"hi"}]'
MODEL = b'"model":"qwen/qwen3-32b"'
UNKNOWN_KEY = "sk-hc-v1-" + "0" * 64


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


BROKEN = {
    "nothing": b"",
    "no-json": b"model=qwen",
    "array": b"[{}]",
    "string": b'"hi"',
    "number": b"1",
    "null": b"null",
    "half": b'{"model":',
    "trailing": b"{%b,%b}x" % (MODEL, MESSAGES),
    "nan": b'{%b,%b,"temperature":NaN}' % (MODEL, MESSAGES),
    "raw-nul": b'{%b,%b,"stop":"\x00"}' % (MODEL, MESSAGES),
    "lone-surrogate": b'{%b,%b,"stop":"\\ud800"}' % (MODEL, MESSAGES),
    "lone-surrogate-as-name": b'{%b,%b,"\\ud800":1}' % (MODEL, MESSAGES),
    "deep": b'{%b,"messages":%b}' % (MODEL, nested(100_000)),
    "utf-16": json.dumps(chat_body()).encode("utf-16"),
    "byte-order-mark": b"\xef\xbb\xbf" + json.dumps(chat_body()).encode(),
    "gzip": b"\x1f\x8b\x08\x00",
}
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no-messages": ({"messages": None}, "messages"),
    "messages-text": ({"messages": "hi"}, "messages"),
    "messages-object": ({"messages": {"role": "user"}}, "messages"),
    "no-model": ({"model": None}, "model"),
    "empty-model": ({"model": ""}, "model"),
    "model-number": ({"model": 7}, "model"),
    "model-list": ({"model": ["qwen/qwen3-32b"]}, "model"),
    "model-nul": ({"model": "qwen/qwen3-32b\0"}, "model"),
    "model-newline": ({"model": "qwen/qwen3-32b\n"}, "model"),
    "model-spaced": ({"model": " qwen/qwen3-32b"}, "model"),
    "model-of-megabytes": ({"model": "qwen/" + "x" * 2_000_000}, "model"),
    "unknown-model": ({"model": "openai/gpt-9"}, "model"),
    "embedding-model": ({"model": "qwen/qwen3-embedding-8b"}, "model"),
    "variant-of-unknown-model": ({"model": "openai/gpt-9:free"}, "model"),
    "odd-variant": ({"model": "qwen/qwen3-32b:free:free"}, "model"),
    "unknown-fallback": ({"models": ["qwen/qwen3-32b", "openai/gpt-9"]}, "models"),
    "fallbacks-text": ({"models": "qwen/qwen3-32b"}, "models"),
    "fallbacks-numbers": ({"models": [1]}, "models"),
    "stream-text": ({"stream": "true"}, "stream"),
    "stream-number": ({"stream": 1}, "stream"),
    "stream-object": ({"stream": {}}, "stream"),
}


@pytest.fixture(scope="module")
def patient(module_product: Product) -> str:
    """The key of a user who is refused only."""
    return module_product.make_key("UREFUSED")


@pytest.fixture(autouse=True)
def _nothing_comes_of_it(product: Product, provider: Provider, patient: str):
    yield
    assert provider.count() == 0
    assert product.get("/stats", patient).json()["totalRequests"] == 0


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_a_body_that_is_no_json_object_is_400(product: Product, patient: str, body: bytes) -> None:
    assert "body" in assert_error(send(product, patient, body), 400)


@pytest.mark.parametrize(("fields", "param"), WRONG.values(), ids=WRONG)
def test_a_wrong_member_is_400_and_named(
    product: Product, patient: str, fields: dict[str, Any], param: str
) -> None:
    answer = product.post("/chat/completions", patient, json=chat_body(**fields))
    assert param in assert_error(answer, 400, param=param)


def test_a_name_given_twice_cannot_smuggle_a_model_past(product: Product, patient: str) -> None:
    twice = b'{"model":"openai/gpt-9",%b,"mod\\u0065l":"openai/o9",%b}' % (MODEL, MESSAGES)
    assert "openai/o9" in assert_error(send(product, patient, twice), 400, param="model")


def test_an_unknown_model_names_the_nearest_allowed(product: Product, patient: str) -> None:
    answer = product.post("/chat/completions", patient, json=chat_body(model="openai/gpt5-mini"))
    assert "openai/gpt-5-mini" in assert_error(answer, 400, param="model")
    assert answer.json()["error"]["metadata"]["nearest"][0] == "openai/gpt-5-mini"


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        f"Bearer {UNKNOWN_KEY}",
        f"Bearer {UNKNOWN_KEY}0",
        f"Bearer {UNKNOWN_KEY.upper()}",
        "Bearer sk-or-v1-somebody",
        "Bearer ключ".encode(),
        "Bearer '; DROP TABLE users",
        f"Basic {UNKNOWN_KEY}",
        UNKNOWN_KEY,
    ],
)
def test_without_a_valid_key_everything_is_401(
    product: Product, authorization: str | bytes | None
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = product.post("/chat/completions", None, json=chat_body(), headers=headers)
    assert "key" in assert_error(answer, 401)
    assert answer.headers["www-authenticate"] == "Bearer"
    assert_error(product.get("/stats", headers=headers), 401)


def test_a_revoked_key_is_401(product: Product) -> None:
    key = product.make_key("UREVOKED")
    product.cli("keys", "revoke", key)
    assert "revoked" in assert_error(product.chat(key), 401)


def test_a_spent_budget_is_402_and_says_when_it_resets(product: Product) -> None:
    key = product.make_key("USPENT", "--budget-usd", "0")
    answer = product.chat(key)
    assert "resets at 00:00 UTC" in assert_error(answer, 402)
    assert answer.json()["error"]["metadata"]["resets_at"].endswith("T00:00:00+00:00")
    assert answer.headers["x-should-retry"] == "false"


def test_a_banned_user_cannot_look_at_their_stats(product: Product) -> None:
    key = product.make_key("UBANNED")
    product.cli("users", "ban", "UBANNED", "--reason", "resold keys")
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
