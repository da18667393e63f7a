"""Every endpoint refuses bad input as chat completions do, `/messages` in Anthropic's form."""

import json

import httpx
import pytest

from tests.api.bad_input.endpoints import (
    ANTHROPIC,
    CHAT,
    EACH,
    EACH_GENERATING,
    EMBEDDINGS,
    IMAGES,
    MODERATIONS,
    Endpoint,
    assert_refused,
)
from tests.api.bad_input.raw import ask, head
from tests.api.traces import leaving, rows
from tests.harness.product import Product
from tests.harness.provider import Provider

UNKNOWN_KEY = "sk-hc-v1-" + "0" * 64
JSON = b"Content-Type: application/json"
DEEP = 100_000
# Only so many unknown keys may come from one address.
ELSEWHERE = {"X-Forwarded-For": "203.0.113.8"}


def send(product: Product, endpoint: Endpoint, key: str | None, body: bytes) -> httpx.Response:
    headers = {"Content-Type": "application/json"}
    return product.post(endpoint.path, key, content=body, headers=headers)


BROKEN = {
    "nothing": lambda endpoint: b"",
    "no-json": lambda endpoint: b"model=qwen",
    "array": lambda endpoint: b"[%b]" % endpoint.good,
    "string": lambda endpoint: b'"hi"',
    "null": lambda endpoint: b"null",
    "half": lambda endpoint: endpoint.good[:-1],
    "trailing-text": lambda endpoint: endpoint.good + b"x",
    "nul": lambda endpoint: endpoint.saying(b'"\0"'),
    "nan": lambda endpoint: endpoint.with_member(b'"seed":NaN'),
    "lone-surrogate": lambda endpoint: endpoint.saying(b'["\\ud83d"]'),
    "invalid-utf-8": lambda endpoint: endpoint.saying(b'["\xff"]'),
    "byte-order-mark": lambda endpoint: b"\xef\xbb\xbf" + endpoint.good,
    "utf-16": lambda endpoint: endpoint.good.decode().encode("utf-16"),
    "deep": lambda endpoint: b"[" * DEEP + b"]" * DEEP,
    "deep-within": lambda endpoint: endpoint.saying(b"[" * DEEP + b"]" * DEEP),
    "deep-in-an-unknown-member": lambda endpoint: endpoint.with_member(
        b'"unknown":' + b'{"a":' * DEEP + b"1" + b"}" * DEEP
    ),
}


@EACH
@pytest.mark.parametrize("build", BROKEN.values(), ids=BROKEN)
def test_a_body_that_is_no_json_object_is_400(
    product: Product, provider: Provider, key: str, endpoint: Endpoint, build
) -> None:
    with leaving(product, provider, traces=0):
        answer = send(product, endpoint, key, build(endpoint))
    assert "body" in assert_refused(endpoint, answer, 400)


@EACH
@pytest.mark.parametrize("value", [b"{}", b"7", b"true", b"null"])
def test_what_a_call_is_about_must_have_its_kind(
    product: Product, provider: Provider, key: str, endpoint: Endpoint, value: bytes
) -> None:
    with leaving(product, provider, traces=0):
        answer = send(product, endpoint, key, endpoint.saying(value))
    assert_refused(endpoint, answer, 400, param=endpoint.content)


@EACH_GENERATING
@pytest.mark.parametrize("model", [None, 7, True, "", [CHAT], {"id": CHAT}, "openai/gpt-9"])
def test_a_model_that_is_none_or_unknown_is_400(
    product: Product, provider: Provider, key: str, endpoint: Endpoint, model: object
) -> None:
    body = json.dumps({**endpoint.body, "model": model}).encode()
    with leaving(product, provider, traces=0):
        answer = send(product, endpoint, key, body)
    assert_refused(endpoint, answer, 400, param="model")


@pytest.mark.parametrize("model", [7, True, [CHAT], {}, "openai/gpt-9", CHAT])
def test_a_moderation_by_no_moderation_model_is_400(
    product: Product, key: str, model: object
) -> None:
    body = json.dumps({**MODERATIONS.body, "model": model}).encode()
    answer = send(product, MODERATIONS, key, body)
    assert_refused(MODERATIONS, answer, 400, param="model")


@EACH_GENERATING
def test_a_model_of_another_kind_is_400(
    product: Product, provider: Provider, key: str, endpoint: Endpoint
) -> None:
    other = CHAT if endpoint in (EMBEDDINGS, IMAGES) else "qwen/qwen3-embedding-8b"
    body = json.dumps({**endpoint.body, "model": other}).encode()
    with leaving(product, provider, traces=0):
        assert_refused(endpoint, send(product, endpoint, key, body), 400, param="model")


@EACH_GENERATING
@pytest.mark.parametrize("stream", ["true", 1, {}, [True]])
def test_stream_that_is_no_boolean_is_400(
    product: Product, provider: Provider, key: str, endpoint: Endpoint, stream: object
) -> None:
    body = json.dumps({**endpoint.body, "stream": stream}).encode()
    with leaving(product, provider, traces=0):
        assert_refused(endpoint, send(product, endpoint, key, body), 400, param="stream")


@EACH_GENERATING
def test_a_name_given_twice_cannot_smuggle_a_model_past(
    product: Product, provider: Provider, key: str, endpoint: Endpoint
) -> None:
    with leaving(product, provider, traces=0):
        body = endpoint.with_member(b'"mod\\u0065l":"openai/o9"')
        answer = send(product, endpoint, key, body)
    assert "openai/o9" in assert_refused(endpoint, answer, 400, param="model")


@EACH_GENERATING
@pytest.mark.parametrize("number", [b"1e400", b"9" * 5000, b"-0", b"0.1e-999"])
def test_numbers_that_nothing_can_hold_pass_or_are_400(
    product: Product, provider: Provider, key: str, endpoint: Endpoint, number: bytes
) -> None:
    for name in (b"seed", b"max_tokens", b"max_output_tokens", b"n", b"dimensions", b"unknown"):
        seen, before = provider.count(), len(rows(product))
        answer = send(product, endpoint, key, endpoint.with_member(b'"%b":%b' % (name, number)))
        assert answer.status_code in (200, 400), (name, answer.text)
        assert provider.count() - seen == len(rows(product)) - before


@EACH
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": f"Bearer {UNKNOWN_KEY}"},
        {"Authorization": f"Basic {UNKNOWN_KEY}"},
        {"Authorization": UNKNOWN_KEY},
        {"x-api-key": UNKNOWN_KEY},
        {"x-api-key": ""},
        {"x-api-key": f"Bearer {UNKNOWN_KEY}"},
    ],
)
def test_without_a_valid_key_everything_is_401(
    product: Product, provider: Provider, endpoint: Endpoint, headers: dict[str, str]
) -> None:
    with leaving(product, provider, traces=0):
        given = {**ELSEWHERE, **headers}
        answer = product.post(endpoint.path, None, json=endpoint.body, headers=given)
    assert "key" in assert_refused(endpoint, answer, 401)


@EACH
def test_a_key_in_anthropics_header_is_taken_at_messages_only(
    product: Product, provider: Provider, key: str, endpoint: Endpoint
) -> None:
    is_taken = endpoint is ANTHROPIC
    with leaving(product, provider, traces=int(is_taken)):
        headers = {"x-api-key": key}
        answer = product.post(endpoint.path, None, json=endpoint.body, headers=headers)
    if is_taken:
        assert answer.status_code == 200
    else:
        assert_refused(endpoint, answer, 401)


@EACH
def test_two_authorization_headers_are_401(
    product: Product, provider: Provider, key: str, endpoint: Endpoint
) -> None:
    two = [b"Authorization: Bearer " + given.encode() for given in (key, UNKNOWN_KEY)]
    length = b"Content-Length: %d" % len(endpoint.good)
    target = b"/proxy/v1" + endpoint.path.encode()
    with leaving(product, provider, traces=0):
        answer = ask(product, head(*two, JSON, length, target=target) + endpoint.good)
    assert_refused(endpoint, answer, 401)


def test_two_keys_in_anthropics_header_are_401(
    product: Product, provider: Provider, key: str
) -> None:
    two = [b"x-api-key: " + given.encode() for given in (UNKNOWN_KEY, key)]
    length = b"Content-Length: %d" % len(ANTHROPIC.good)
    with leaving(product, provider, traces=0):
        request = head(*two, JSON, length, target=b"/proxy/v1/messages")
        answer = ask(product, request + ANTHROPIC.good)
    assert_refused(ANTHROPIC, answer, 401)


@EACH
def test_a_body_that_is_too_large_or_packed_is_refused(
    product: Product, provider: Provider, key: str, endpoint: Endpoint
) -> None:
    authorization = b"Authorization: Bearer " + key.encode()
    target = b"/proxy/v1" + endpoint.path.encode()
    huge = head(authorization, JSON, b"Content-Length: 100000000000", target=target)
    with leaving(product, provider, traces=0):
        too_large = ask(product, huge)
        packed = product.post(
            endpoint.path, key, json=endpoint.body, headers={"Content-Encoding": "gzip"}
        )
    assert "64 MB" in assert_refused(endpoint, too_large, 413)
    assert "Content-Encoding" in assert_refused(endpoint, packed, 400)


@EACH
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_another_method_is_405(
    product: Product, provider: Provider, key: str, endpoint: Endpoint, method: str
) -> None:
    with leaving(product, provider, traces=0):
        answer = product.request(method, endpoint.path, key, json=endpoint.body)
    assert "POST" in assert_refused(endpoint, answer, 405)
    assert answer.headers["allow"] == "POST"


@EACH
@pytest.mark.parametrize("more", ["/x", "/%00", "/..", "//x", "%20"])
def test_a_path_below_is_404(
    product: Product, provider: Provider, key: str, endpoint: Endpoint, more: str
) -> None:
    authorization = b"Authorization: Bearer " + key.encode()
    target = f"/proxy/v1{endpoint.path}{more}".encode()
    with leaving(product, provider, traces=0):
        answer = ask(product, head(authorization, method=b"GET", target=target))
    assert_refused(endpoint, answer, 404)
