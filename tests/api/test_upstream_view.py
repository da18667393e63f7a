"""What the provider sees of a call: the body as it came, and nothing of the client's own."""

import json
import re
from typing import Any

import pytest

from tests.api.wire import chat_body, send
from tests.harness.product import Product
from tests.harness.provider import Provider

# All that HTTP itself needs, and what we say of ourselves.
OUR_HEADERS = {
    "host",
    "authorization",
    "content-type",
    "content-length",
    "accept",
    "accept-encoding",
    "user-agent",
    "http-referer",
    "x-openrouter-title",
    "x-title",
}
TOLD = {
    "Cookie": "session=tell-tale",
    "Referer": "https://tell-tale.example/",
    "HTTP-Referer": "https://tell-tale.example/",
    "X-Title": "tell-tale",
    "X-OpenRouter-Title": "tell-tale",
    "X-OpenRouter-Categories": "tell-tale",
    "X-OpenRouter-Cache": "true",
    "X-OpenRouter-Metadata": "enabled",
    "X-Session-Id": "tell-tale",
    "X-Forwarded-For": "203.0.113.77",
    "Forwarded": "for=203.0.113.77",
    "X-Real-IP": "203.0.113.77",
    "User-Agent": "tell-tale/1.0",
    "X-Stainless-OS": "tell-tale",
    "X-Api-Key": "tell-tale",
    "Proxy-Authorization": "Bearer tell-tale",
    "OpenAI-Organization": "tell-tale",
    "Origin": "https://tell-tale.example",
}


@pytest.mark.parametrize("stream", [False, True])
def test_no_header_of_the_client_reaches_the_provider(
    product: Product, provider: Provider, key: str, stream: bool
) -> None:
    body = chat_body(stream=stream)
    assert product.post("/chat/completions", key, json=body, headers=TOLD).status_code == 200
    (call,) = provider.calls()
    headers = {name.lower(): value for name, value in call["headers"].items()}
    assert headers.keys() <= OUR_HEADERS
    assert not re.search(rf"tell-tale|203\.0\.113|{key}", json.dumps(call))
    assert headers["authorization"] == "Bearer sk-or-v1-test"
    assert headers["http-referer"] == product.origin
    assert headers["x-openrouter-title"] == "Hack Club AI"
    assert headers["content-type"] == "application/json"


def test_user_is_a_stable_pseudonym_whatever_the_client_says(
    product: Product, provider: Provider, key: str
) -> None:
    other = product.make_key("USOMEBODY")
    second = product.cli("keys", "create", "--user", "UWIRE", "--name", "another")
    product.chat(key)
    product.chat(key, user="grace@example.org")
    product.chat(second, user={"name": "Grace"})
    product.chat(other)
    users = [call["user"] for call in provider.calls()]
    assert re.fullmatch(r"hc_[0-9a-f]{24}", users[0])
    assert users[0] == users[1] == users[2] != users[3]
    assert "grace" not in json.dumps(provider.calls()).lower()


def test_every_name_for_the_end_user_is_overwritten(
    product: Product, provider: Provider, key: str
) -> None:
    metadata = {"user_id": "ada@example.org", "topic": "maths", "grade": 9}
    product.chat(key, safety_identifier="ada@example.org", metadata=metadata)
    (call,) = provider.calls()
    seen = json.loads(call["body"])
    assert seen["safety_identifier"] == seen["metadata"]["user_id"] == seen["user"]
    assert seen["metadata"] == {"user_id": seen["user"], "topic": "maths", "grade": 9}


RAW_MEMBERS = [
    '"seed":123456789012345678901234567890',
    '"max_price":{"prompt":0.10000000000000000000000001,"x":1E2,"y":-0}',
    '"logit_bias":{"50256":-100,"50256":-99}',
    '"unknown_field":[1.0,1,true,null,"\\u00e9\\ud83d\\ude00 ü 😀",{"deep":[[[[{}]]]]}]',
    '"stop":"\\u0000\\/\\t"',
    '"top_k": [ 1 ,\t2 ] ',
    '"temperature":1e-400',
]


@pytest.mark.parametrize("raw", RAW_MEMBERS)
def test_everything_else_reaches_the_provider_byte_for_byte(
    product: Product, provider: Provider, key: str, raw: str
) -> None:
    messages = '"messages":[{"role":"user", "content":"h\\u0069 ü","extra":1.50}]'
    body = f'{{"model":"qwen/qwen3-32b",{raw},{messages}}}'
    answer = send(product, key, body.encode())
    assert answer.status_code == 200, answer.text
    (call,) = provider.calls()
    name, _, value = raw.partition(":")
    assert f"{name}:{value.strip()}" in call["body"]
    assert messages in call["body"]


ODD: dict[str, dict[str, Any]] = {
    "max-tokens-64-bit": {"max_tokens": 2**64 - 1},
    "max-tokens-beyond": {"max_tokens": 10**30},
    "max-tokens-negative": {"max_tokens": -(10**30)},
    "max-tokens-text": {"max_tokens": "many"},
    "max-completion-tokens-beyond": {"max_completion_tokens": 10**18},
    "answers-beyond": {"n": 10**30},
    "answers-text": {"n": "two"},
    "messages-numbers": {"messages": [1, None, [], "x"]},
    "messages-empty": {"messages": []},
    "messages-deep": {"messages": [{"role": "user", "content": [[[[[[{}]]]]]]}]},
    "unknown-role": {"messages": [{"role": "\0", "content": {"a": []}}]},
    "prompt-form": {"messages": None, "prompt": "hi"},
    "fallbacks-empty": {"models": []},
    "user-null": {"user": None},
    "metadata-list": {"metadata": [1]},
    "metadata-text": {"metadata": "x"},
    "name-of-100-kb": {"x" * 100_000: 1},
}


@pytest.mark.parametrize("fields", ODD.values(), ids=ODD)
@pytest.mark.parametrize("model", ["qwen/qwen3-32b", "openai/gpt-5-mini"])
def test_odd_things_pass_or_are_400(
    product: Product, provider: Provider, key: str, fields: dict[str, Any], model: str
) -> None:
    body = {**chat_body(), "model": model, **fields}
    given = {name: value for name, value in body.items() if value is not None}
    answer = product.post("/chat/completions", key, json=given)
    assert answer.status_code in (200, 400), answer.text
    assert product.chat(key).status_code == 200  # and nothing stays behind
    assert provider.count() in (1, 2)


@pytest.mark.parametrize("value", ["1e400", "-1e400", "9" * 5000, "1e-400"])
def test_numbers_that_nothing_can_hold_pass_or_are_400(
    product: Product, key: str, value: str
) -> None:
    for name in ("max_tokens", "n", "temperature"):
        body = json.dumps(chat_body()).replace("{", f'{{"{name}":{value},', 1)
        assert send(product, key, body.encode()).status_code in (200, 400)
