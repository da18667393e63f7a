"""Paths and methods spelt oddly: the one right answer or 404 and 405 in the error form."""

import itertools
import json

import pytest

from tests.api.bad_input.raw import CHAT, ask, head
from tests.api.traces import leaving
from tests.api.wire import assert_error, chat_body
from tests.harness.product import Product
from tests.harness.provider import Provider

BODY = json.dumps(chat_body()).encode()
UNKNOWN = {
    "dot-segments": b"/proxy/v1/x/../chat/completions",
    "dot-segments-out": b"/proxy/v1/../../healthz",
    "dot-segment-at-the-end": b"/proxy/v1/chat/completions/.",
    "encoded-dot-segments": b"/proxy/v1/%2e%2e/v1/chat/completions",
    "encoded-slash-and-dots": b"/proxy/v1/..%2f..%2fhealthz",
    "encoded-twice": b"/proxy/v1/chat%252fcompletions",
    "backslash": b"/proxy/v1\\chat\\completions",
    "semicolon": b"/proxy/v1/chat/completions;x=1",
    "nul": b"/proxy/v1/chat/completions%00",
    "nul-and-more": b"/proxy/v1/chat/completions%00.json",
    "line-break": b"/proxy/v1/chat/completions%0d%0aX-Odd:%201",
    "space": b"/proxy/v1/chat/completions%20",
    "upper-case": b"/proxy/v1/Chat/Completions",
    "another-version": b"/proxy/v2/chat/completions",
    "no-version": b"/proxy/chat/completions",
    "no-percent-code": b"/proxy/v1/%zz",
    "no-utf-8": b"/proxy/v1/%ff%fe",
    "markup": b"/proxy/v1/<script>alert(1)</script>",
    "of-8-kb": b"/proxy/v1/" + b"x" * 8_000,
    "of-60-kb": b"/proxy/v1/" + b"x" * 60_000,
    "of-many-parts": b"/proxy/v1" + b"/x" * 10_000,
}
SAME = {
    "slash-at-the-end": CHAT + b"/",
    "slashes-at-the-end": CHAT + b"///",
    "double-slash": b"/proxy/v1//chat/completions",
    "double-slash-within": b"/proxy/v1/chat//completions",
    "double-slash-early": b"/proxy//v1/chat/completions",
    "encoded-letters": b"/proxy/v1/%63hat/completions",
    "double-slash-first": b"//proxy/v1/chat/completions",
    "encoded-double-slash": b"/proxy/v1/%2Fchat/completions",
    "encoded-slash": b"/proxy/v1/chat%2Fcompletions",
    "query": CHAT + b"?api-version=1&x=%ff&y[]=1&?",
    "fragment": CHAT + b"#x",
    "absolute": b"http://elsewhere.example" + CHAT,
}
METHODS = ["GET", "HEAD", "PUT", "PATCH", "DELETE", "TRACE"]


def call(key: str, target: bytes, **first_line: bytes) -> bytes:
    authorization = b"Authorization: Bearer " + key.encode()
    length = b"Content-Length: %d" % len(BODY)
    return head(authorization, length, target=target, **first_line) + BODY


@pytest.mark.parametrize("target", UNKNOWN.values(), ids=UNKNOWN)
def test_a_path_that_is_not_quite_right_is_404(
    product: Product, provider: Provider, key: str, target: bytes
) -> None:
    with leaving(product, provider, traces=0):
        message = assert_error(ask(product, call(key, target)), 404)
    assert "/proxy/v1/openapi.json" in message
    assert len(message) < 500


@pytest.mark.parametrize("target", SAME.values(), ids=SAME)
def test_another_spelling_of_a_path_is_the_same_call_with_the_same_checks(
    product: Product, provider: Provider, key: str, target: bytes
) -> None:
    with leaving(product, provider, traces=1):
        assert ask(product, call(key, target)).status_code == 200
    with leaving(product, provider, traces=0):
        assert_error(ask(product, call("sk-hc-v1-unknown", target)), 401)


@pytest.mark.parametrize("method", METHODS)
def test_another_method_is_405_and_costs_nothing(
    product: Product, provider: Provider, key: str, method: str
) -> None:
    with leaving(product, provider, traces=0):
        answer = ask(product, call(key, CHAT, method=method.encode()), method=method)
    assert answer.headers["allow"] == "POST"
    if method == "HEAD":
        assert (answer.status_code, answer.content) == (405, b"")
        assert answer.headers["x-request-id"]
    else:
        assert "POST" in assert_error(answer, 405)


def test_options_that_no_browser_asks_costs_nothing(
    product: Product, provider: Provider, key: str
) -> None:
    with leaving(product, provider, traces=0):
        answer = ask(product, call(key, CHAT, method=b"OPTIONS"), method="OPTIONS")
    assert answer.status_code == 204
    assert answer.headers["x-request-id"]


def test_a_body_with_a_get_does_no_harm(product: Product, key: str) -> None:
    answer = ask(product, call(key, b"/proxy/v1/models", method=b"GET"))
    assert answer.status_code == 200
    assert answer.json()["data"]


def test_a_redirect_is_never_the_answer_to_an_odd_path(product: Product, backend: Product) -> None:
    targets = (b"//elsewhere.example/proxy/v1/models", b"/proxy//elsewhere.example/")
    for server, target in itertools.product((product, backend), targets):
        answer = ask(server, head(method=b"GET", target=target), method="GET")
        assert answer.status_code == 404
        assert "location" not in answer.headers


def test_a_call_for_another_host_is_a_call_here(product: Product, key: str) -> None:
    headers = {"Host": "elsewhere.example", "X-Forwarded-Host": "elsewhere.example"}
    answer = product.post("/chat/completions", key, json=chat_body(), headers=headers)
    assert answer.status_code == 200
    assert "elsewhere" not in str(answer.headers)


READ = [
    "/models",
    "/models/count",
    "/embeddings/models",
    "/model/qwen/qwen3-32b",
    "/models/qwen/qwen3-32b/endpoints",
    "/generation",
    "/key",
    "/stats",
    "/openapi.json",
]
QUERIES = [
    *("?", "?&&&===", "?limit", "?limit=", "?limit=0", "?limit=-5", "?limit=1e3", "?limit=0x10"),
    *("?limit=%D9%A3", "?limit=%00", "?limit=%ff", "?limit=1&limit=x", "?limit=" + "9" * 5000),
    *("?offset=-1", "?offset=%2B1", "?offset=" + "9" * 30, "?q=%ff%fe", "?q=" + "x" * 5000),
    *("?id=", "?id=%00", "?id=%ff", "?id=..%2f..%2fkey", "?id=gen-1&id=gen-2", "?id=a%0d%0ab"),
    *("?output_modalities=nope,,text", "?input_modalities=%00", "?supported_parameters=,"),
]


@pytest.mark.parametrize("path", READ)
def test_an_odd_query_is_answered_or_400_that_names_its_part(
    product: Product, provider: Provider, key: str, path: str
) -> None:
    with leaving(product, provider, traces=0):
        for query in QUERIES:
            answer = product.get(path + query, key)
            if answer.status_code == 400:
                param = answer.json()["error"]["param"]
                assert param in ("limit", "offset", "id"), query
                assert_error(answer, 400, param=param)
            elif answer.status_code == 404:
                assert_error(answer, 404)
            else:
                assert answer.status_code == 200, query


@pytest.mark.parametrize(
    "name",
    [
        *(
            "qwen/nope",
            "%00/%00",
            "%ff/%ff",
            "../..",
            "./.",
            "%2e%2e/%2e%2e",
            "qwen/..",
            "qwen/%20",
        ),
        *("~qwen/qwen3-32b", "qwen/qwen3-32b%3Fx", "qwen/qwen3-32b%0d%0aX", "openrouter/auto"),
        *("qwen/qwen3-32b/x", "qwen", "a/" + "b" * 8000, "QWEN/QWEN3-32B"),
    ],
)
def test_a_model_that_there_is_not_is_404_and_asked_of_nobody(
    product: Product, provider: Provider, name: str
) -> None:
    for path in (f"/proxy/v1/model/{name}", f"/proxy/v1/models/{name}/endpoints"):
        answer = ask(product, head(method=b"GET", target=path.encode()), method="GET")
        assert len(assert_error(answer, 404)) < 500
    asked = [request for request in provider.requests() if "/endpoints" in request]
    assert asked == []
