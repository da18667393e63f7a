"""Bodies that are no JSON, or not the JSON of a call: 400, said why, no row, no call.

What is odd but valid reaches the provider byte for byte.
"""

import json
from typing import Any

import pytest

from tests.api.traces import leaving, rows
from tests.api.wire import assert_error, chat_body, send
from tests.harness.product import Product
from tests.harness.provider import Provider

MESSAGES = b'"messages":[{"role":"user","content":"hi"}]'
MODEL = b'"model":"qwen/qwen3-32b"'
GOOD = json.dumps(chat_body()).encode()
DEEP = 100_000


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def with_member(raw: bytes) -> bytes:
    """A good body with one more member, as it is."""
    return b"{%b,%b,%b}" % (MODEL, MESSAGES, raw)


def saying(raw: bytes) -> bytes:
    """A good body whose message says this, as it is."""
    return b'{%b,"messages":[{"role":"user","content":%b}]}' % (MODEL, raw)


BROKEN = {
    "nothing": b"",
    "white-space": b" \r\n\t ",
    "no-json": b"model=qwen",
    "yaml": b"model: qwen/qwen3-32b",
    "single-quotes": b"{'model':'qwen/qwen3-32b'}",
    "comment": b"{%b,/* hi */%b}" % (MODEL, MESSAGES),
    "array": b"[%b]" % GOOD,
    "string": json.dumps(GOOD.decode()).encode(),
    "number": b"1",
    "null": b"null",
    "true": b"true",
    "half": GOOD[: len(GOOD) // 2],
    "all-but-the-end": GOOD[:-1],
    "trailing-comma": GOOD[:-1] + b",}",
    "trailing-text": GOOD + b"x",
    "two-objects": GOOD + b"\n" + GOOD,
    "nul-only": b"\0" * 100,
    "nul-before": b"\0" + GOOD,
    "nul-after": GOOD + b"\0",
    "nul-in-a-message": saying(b'"a\0b"'),
    "line-break-in-a-message": saying(b'"a\nb"'),
    "nan": with_member(b'"temperature":NaN'),
    "infinity": with_member(b'"temperature":Infinity'),
    "negative-infinity": with_member(b'"temperature":-Infinity'),
    "nan-in-a-message": saying(b"[NaN]"),
    "hexadecimal": with_member(b'"seed":0x1F'),
    "leading-zero": with_member(b'"seed":007'),
    "unknown-escape": saying(b'"\\x41"'),
    "lone-surrogate": saying(b'"\\ud83d"'),
    "surrogates-the-wrong-way-round": saying(b'"\\ude00\\ud83d"'),
    "lone-surrogate-as-name": with_member(b'"\\ud800":1'),
    "lone-surrogate-in-the-model": b'{"model":"qwen/\\ud800",%b}' % MESSAGES,
    "invalid-utf-8-in-a-message": saying(b'"\xff\xfe"'),
    "invalid-utf-8-as-name": with_member(b'"\xff":1'),
    "overlong-utf-8": saying(b'"\xc0\xaf"'),
    "surrogate-as-utf-8": saying(b'"\xed\xa0\xbd"'),
    "byte-order-mark": b"\xef\xbb\xbf" + GOOD,
    "utf-16": GOOD.decode().encode("utf-16"),
    "utf-32": GOOD.decode().encode("utf-32"),
    "gzip-unsaid": b"\x1f\x8b\x08\x00",
    "deep": nested(DEEP),
    "deep-and-open": b'{"model":' * DEEP,
    "deep-messages": b'{%b,"messages":%b}' % (MODEL, nested(DEEP)),
    "deep-in-a-message": saying(nested(DEEP)),
    "deep-objects-in-a-message": saying(b'{"a":' * DEEP + b"1" + b"}" * DEEP),
    "deep-in-an-unknown-member": with_member(b'"unknown":' + nested(DEEP)),
    "deep-metadata": with_member(b'"metadata":' + nested(DEEP)),
}
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no-messages": ({"messages": None}, "messages"),
    "messages-text": ({"messages": "hi"}, "messages"),
    "messages-object": ({"messages": {"role": "user"}}, "messages"),
    "messages-number": ({"messages": 3}, "messages"),
    "messages-true": ({"messages": True}, "messages"),
    "no-model": ({"model": None}, "model"),
    "empty-model": ({"model": ""}, "model"),
    "model-number": ({"model": 7}, "model"),
    "model-true": ({"model": True}, "model"),
    "model-list": ({"model": ["qwen/qwen3-32b"]}, "model"),
    "model-object": ({"model": {"id": "qwen/qwen3-32b"}}, "model"),
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
    "stream-zero": ({"stream": 0}, "stream"),
    "stream-list": ({"stream": [True]}, "stream"),
    "stream-object": ({"stream": {}}, "stream"),
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_a_body_that_is_no_json_object_is_400(
    product: Product, provider: Provider, key: str, body: bytes
) -> None:
    with leaving(product, provider, traces=0):
        message = assert_error(send(product, key, body), 400)
    assert "body" in message
    assert len(message) < 300


@pytest.mark.parametrize(("fields", "param"), WRONG.values(), ids=WRONG)
def test_a_wrong_member_is_400_and_named(
    product: Product, provider: Provider, key: str, fields: dict[str, Any], param: str
) -> None:
    with leaving(product, provider, traces=0):
        answer = product.post("/chat/completions", key, json=chat_body(**fields))
    assert param in assert_error(answer, 400, param=param)


def test_a_name_given_twice_cannot_smuggle_a_model_past(
    product: Product, provider: Provider, key: str
) -> None:
    twice = b'{"model":"openai/gpt-9",%b,"mod\\u0065l":"openai/o9",%b}' % (MODEL, MESSAGES)
    with leaving(product, provider, traces=0):
        answer = send(product, key, twice)
    assert "openai/o9" in assert_error(answer, 400, param="model")


TWICE = {
    "stream": (b'"stream":true,"str\\u0065am":false', b'"stream":false'),
    "user": (b'"user":"ada","us\\u0065r":"bob"', b'"user":"hc_'),
    "models": (b'"models":["openai/gpt-9"],"models":null', b'"models":null'),
    "unknown": (b'"zz":1,"zz":[2]', b'"zz":[2]'),
}


@pytest.mark.parametrize(("raw", "kept"), TWICE.values(), ids=TWICE)
def test_of_a_name_given_twice_the_provider_sees_what_was_checked(
    product: Product, provider: Provider, key: str, raw: bytes, kept: bytes
) -> None:
    with leaving(product, provider, traces=1):
        answer = send(product, key, with_member(raw))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    seen = provider.calls()[0]["body"].encode()
    assert kept in seen
    assert seen.count(kept.split(b":")[0] + b":") == 1


def test_an_unknown_model_names_the_nearest_allowed(
    product: Product, provider: Provider, key: str
) -> None:
    with leaving(product, provider, traces=0):
        answer = product.chat(key, model="openai/gpt5-mini")
    assert "openai/gpt-5-mini" in assert_error(answer, 400, param="model")
    assert answer.json()["error"]["metadata"]["nearest"][0] == "openai/gpt-5-mini"


def test_what_the_provider_refuses_is_its_refusal_and_has_a_row(
    product: Product, provider: Provider, key: str
) -> None:
    # Valid JSON, which few parsers can hold: it is not for us to judge.
    with leaving(product, provider, traces=1):
        answer = send(product, key, with_member(b'"temperature":1e400'))
    assert_error(answer, 400)
    row = rows(product)[-1]
    assert (row["outcome"], row["status"]) == ("refused_by_provider", 400)
    assert (row["cost_nanousd"], row["total_tokens"], row["settled"]) == (0, 0, True)


def test_a_text_cut_in_the_middle_of_an_emoji_is_told_as_such(product: Product, key: str) -> None:
    # JavaScript's `slice` makes these.
    message = assert_error(send(product, key, saying(b'"what a day \\ud83d"')), 400)
    assert "surrogate" in message
