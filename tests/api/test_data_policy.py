"""HCAI_DATA_POLICY: what the provider may keep stands in every call, whatever the client says."""

import json
from typing import Any

import httpx
import pytest

from tests.api.test_guard_wire import ENDPOINTS
from tests.api.wire import assert_error, chat_body, send
from tests.conftest import Install
from tests.harness.product import Product
from tests.harness.provider import Provider

DENY = {"data_collection": "deny"}
POLICIES: dict[str, dict[str, Any]] = {"deny": DENY, "zdr": {**DENY, "zdr": True}, "allow": {}}
# A client's own choice -> what the provider sees under `deny`.
CHOICES: dict[str, tuple[str, str]] = {
    "nothing": ("{}", '{"data_collection":"deny"}'),
    "null": ("null", '{"data_collection":"deny"}'),
    "allow": ('{"data_collection":"allow"}', '{"data_collection":"deny"}'),
    "deny": ('{"data_collection":"deny"}', '{"data_collection":"deny"}'),
    "odd": ('{"data_collection":["allow"]}', '{"data_collection":"deny"}'),
    "escaped": ('{"d\\u0061ta_collection":"allow"}', '{"data_collection":"deny"}'),
    "kept zero": ('{"zdr": true}', '{"zdr":true,"data_collection":"deny"}'),
    "kept by some": ('{"zdr": false }', '{"data_collection":"deny"}'),
    "others": (
        '{"order":["a"],"max_price":{"prompt":0.10000000000000000000000001},"x":1234567890123456789}',
        '{"order":["a"],"max_price":{"prompt":0.10000000000000000000000001},'
        '"x":1234567890123456789,"data_collection":"deny"}',
    ),
}


@pytest.fixture(scope="module")
def key(module_product: Product) -> str:
    return module_product.make_key("UPOLICY", "--budget-usd", "1000")


def seen_of(provider: Provider) -> Any:
    (call,) = provider.calls()
    return json.loads(call["body"]).get("provider")


@pytest.mark.parametrize("policy", POLICIES)
def test_every_endpoint_says_it_to_the_provider(
    install: Install, provider: Provider, policy: str
) -> None:
    product = install(HCAI_DATA_POLICY=policy, HCAI_CHAT_RATE_LIMIT="1000/minute").start()
    key, wanted = product.make_key("U1", "--budget-usd", "1000"), POLICIES[policy]
    for path, body in ENDPOINTS.items():
        for own in ({}, {"provider": {"sort": "price"}}):
            provider.reset()
            assert product.post(path, key, json={**body, **own}).status_code == 200, path
            assert (seen_of(provider) or {}) == {**own.get("provider", {}), **wanted}, path


@pytest.mark.attack
@pytest.mark.parametrize("path", ENDPOINTS)
def test_no_client_can_loosen_it(product: Product, provider: Provider, key: str, path: str) -> None:
    asked = {"data_collection": "allow", "zdr": False, "allow_fallbacks": False}
    answer = product.post(path, key, json={**ENDPOINTS[path], "provider": asked})
    assert answer.status_code == 200, answer.text
    assert seen_of(provider) == {"allow_fallbacks": False, **DENY}


@pytest.mark.parametrize("choice", CHOICES.values(), ids=CHOICES)
def test_the_rest_of_a_choice_of_providers_stays_byte_for_byte(
    product: Product, provider: Provider, key: str, choice: tuple[str, str]
) -> None:
    asked, wanted = choice
    body = json.dumps(chat_body())[:-1] + f', "seed":{10**29}, "provider":{asked}}}'
    answer = send(product, key, body.encode())
    assert answer.status_code == 200, answer.text
    (call,) = provider.calls()
    assert f'"provider":{wanted}' in call["body"]
    assert f'"seed":{10**29}' in call["body"]


@pytest.mark.attack
@pytest.mark.parametrize("name", ["provider", "\\u0070rovider", "provide\\u0072"])
@pytest.mark.parametrize("second", ["provider", "pro\\u0076ider"])
def test_a_name_written_twice_or_in_escapes_is_one(
    product: Product, provider: Provider, key: str, name: str, second: str
) -> None:
    body = json.dumps(chat_body())[:-1] + (
        f', "{name}":{{"data_collection":"allow"}}, "{second}":{{"data_collection":"allow"}}}}'
    )
    assert send(product, key, body.encode()).status_code == 200
    (call,) = provider.calls()
    assert call["body"].count("data_collection") == call["body"].count('"provider"') == 1
    assert seen_of(provider) == DENY


REFUSED: dict[str, tuple[str, str]] = {
    "text": ("provider", '"provider":"deny"'),
    "list": ("provider", '"provider":[]'),
    "twice": ("provider", '"provider":{"data_collection":"deny","data_collection":"allow"}'),
    "twice, escaped": ("provider", '"provider":{"zdr":true,"\\u007adr":false}'),
    "camel": ("provider", '"provider":{"dataCollection":"allow"}'),
    "capitals": ("provider", '"provider":{"ZDR":false}'),
    "other name": ("provider", '"Provider":{"data_collection":"allow"}'),
    "tool": (
        "tools",
        '"tools":[{"type":"openrouter:web_search","parameters":{"provider":{"zdr":false}}}]',
    ),
    "plugin": ("plugins", '"plugins":[{"id":"web","provider":{"data_collection":"allow"}}]'),
}


@pytest.mark.attack
@pytest.mark.parametrize("refused", REFUSED.values(), ids=REFUSED)
def test_what_two_parsers_could_read_in_two_ways_is_refused(
    product: Product, provider: Provider, key: str, refused: tuple[str, str]
) -> None:
    param, member = refused
    body = f"{json.dumps(chat_body())[:-1]}, {member}}}"
    assert_error(send(product, key, body.encode()), 400, param=param)
    assert provider.count() == 0


NOBODY = "No endpoints found matching your data policy (Paid model training). Configure: https://x"


@pytest.mark.parametrize("status", [404, 503])
@pytest.mark.parametrize("stream", [False, True])
def test_a_model_that_nobody_serves_under_it_is_explained(
    product: Product, provider: Provider, key: str, status: int, stream: bool
) -> None:
    provider.script(status=status, message=NOBODY)
    answer = product.post("/chat/completions", key, json=chat_body(stream=stream))
    said = assert_error(answer, status)
    assert "no provider of this model promises not to keep" in said.lower()
    assert "choose another" in said
    assert "https://x" not in said
    provider.script(status=status)
    assert "promises" not in product.chat(key).json()["error"]["message"]
    listed = httpx.get(f"{product.origin}/api/models").json()["models"]
    assert [model["id"] for model in listed if model["isUnserved"]] == ["qwen/qwen3-32b"]
