"""The headers of answers: ids, where the limits stand, how caches must behave, CORS."""

import time

import httpx
import pytest

from tests.api.auth.browsing import Browser
from tests.api.bad_input.raw import ask
from tests.api.wire import chat_body
from tests.conftest import Install
from tests.harness.identity import Identity
from tests.harness.processes import TLS
from tests.harness.product import Product
from tests.harness.provider import Provider

ORIGIN = {"Origin": "https://game.example"}


def test_request_ids_differ_and_name_the_row(product: Product, key: str) -> None:
    answers = [product.chat(key), product.chat(key, stream=True), product.get("/models")]
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert len(set(ids)) == 3
    assert [row["id"] for row in product.rows()][-2:] == ids[:2]


@pytest.mark.parametrize("stream", [False, True])
def test_the_generation_id_is_told(
    product: Product, provider: Provider, key: str, stream: bool
) -> None:
    answer = product.chat(key, stream=stream)
    assert answer.headers["x-generation-id"] == provider.calls()[0]["id"]
    # One that comes in the body still comes before our headers when the body is short.
    late = product.chat(key, "Hi\n/simulate no_generation_id", stream=stream)
    assert late.headers["x-generation-id"] == provider.calls()[1]["id"]


@pytest.mark.parametrize("stream", [False, True])
def test_an_error_of_the_providers_has_its_generation_id(
    product: Product, provider: Provider, key: str, stream: bool
) -> None:
    answer = product.chat(key, "Hi\n/simulate only_error=503", stream=stream)
    assert answer.status_code == 503
    assert answer.headers["x-generation-id"] == provider.calls()[0]["id"]


def test_the_rate_limit_is_told_on_every_generating_answer(install: Install) -> None:
    product = install(HCAI_CHAT_RATE_LIMIT="5/minute").start()
    key = product.make_key()
    before = int(time.time())
    answers = [
        product.chat(key),
        product.chat(key, stream=True),
        product.chat(key, model="nobody/nothing"),
        product.chat(key, "Hi\n/simulate status=503"),
        product.chat(key),
        product.chat(key),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 400, 503, 200, 429]
    told = [answer.headers for answer in answers]
    assert [headers["x-ratelimit-limit"] for headers in told] == ["5"] * 6
    assert [headers["x-ratelimit-remaining"] for headers in told] == [*"43210", "0"]
    for headers in told:
        assert before + 59 <= int(headers["x-ratelimit-reset"]) <= time.time() + 61
    wait_s = int(told[-1]["retry-after"])
    assert abs(int(told[-1]["x-ratelimit-reset"]) - time.time() - wait_s) <= 2
    assert "x-ratelimit-limit" not in product.get("/models").headers


def test_what_comes_piece_by_piece_must_not_be_kept(product: Product, key: str) -> None:
    streamed = product.chat(key, stream=True)
    assert streamed.headers["content-type"].startswith("text/event-stream")
    large = product.chat(key, "Hi\n/simulate image_bytes=3000000")
    assert large.headers["content-type"] == "application/json"
    for headers in (streamed.headers, large.headers):
        assert headers["cache-control"] == "no-cache"
        assert headers["x-accel-buffering"] == "no"


@pytest.mark.parametrize(
    "path", ["/key", "/stats", "/generation?id=gen-1", "/nothing", "/chat/completions"]
)
def test_nobody_keeps_what_is_about_a_user(product: Product, key: str, path: str) -> None:
    for answer in (product.get(path, key), product.get(path)):
        assert answer.headers["cache-control"] == "no-store"
    with Browser(product) as student:
        student.get("/auth/login")
        for own in (f"/playground/v1{path}", "/api/account.json", "/api/activity.csv"):
            assert student.get(own).headers["cache-control"] == "no-store"


def test_a_whole_answer_is_not_kept_but_public_lists_may_be(product: Product, key: str) -> None:
    assert product.chat(key).headers["cache-control"] == "no-store"
    for path in ("/models", "/openapi.json"):
        assert product.get(path).headers["cache-control"] == "no-cache"


def test_production_asks_for_https_on_every_answer(install: Install, identity: Identity) -> None:
    product = install(HCAI_ENV="production", **identity.settings())
    product.cli("migrate")
    key = product.start().make_key("UHTTPS", "--verified")
    answers = [product.chat(key), product.chat(key, stream=True), product.chat("sk-hc-v1-0")]
    answers += [
        product.get("/models"),
        product.get("/nothing"),
        product.request("OPTIONS", "/models"),
    ]
    for path in (
        "/healthz",
        "/auth/login",
        "/auth/callback",
        "/api/account.json",
        "/metrics",
        "/x",
    ):
        answers.append(httpx.get(product.origin + path, verify=TLS))
    answers += [ask(product, b"noise\r\n\r\n"), httpx.get(f"{product.origin}//keys", verify=TLS)]
    for answer in answers:
        assert answer.headers["strict-transport-security"].startswith("max-age=63072000")


def test_development_asks_for_no_https(product: Product) -> None:
    assert "strict-transport-security" not in product.get("/models").headers


def test_the_provider_sets_none_of_our_headers(product: Product, key: str) -> None:
    headers = product.chat(key).headers
    assert "server" not in headers
    assert "set-cookie" not in headers
    assert headers["x-content-type-options"] == "nosniff"


def test_a_page_of_any_origin_may_call_without_cookies(product: Product, key: str) -> None:
    answers = [
        product.get("/models", headers=ORIGIN),
        product.post("/chat/completions", key, json=chat_body(), headers=ORIGIN),
        product.post("/chat/completions", key, json=chat_body(stream=True), headers=ORIGIN),
        product.post("/chat/completions", None, json=chat_body(), headers=ORIGIN),
        product.get("/nothing", headers=ORIGIN),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 401, 404]
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
        exposed = answer.headers["access-control-expose-headers"]
        for name in ("x-request-id", "x-generation-id", "retry-after", "x-ratelimit-remaining"):
            assert name in exposed


def test_a_browsers_question_needs_no_key(product: Product) -> None:
    asked = {
        **ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,x-stainless-os",
    }
    for path in ("/chat/completions", "/models", "/embeddings"):
        answer = product.request("OPTIONS", path, headers=asked)
        assert answer.status_code == 204
        assert answer.content == b""
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "POST" in answer.headers["access-control-allow-methods"]
        assert "x-stainless-os" in answer.headers["access-control-allow-headers"]
        assert int(answer.headers["access-control-max-age"]) > 0
        assert "access-control-allow-credentials" not in answer.headers


def test_only_the_configured_origins_may_call(install: Install) -> None:
    product = install(HCAI_CORS_ORIGINS="https://game.example, https://b.example").start()
    allowed = product.get("/models", headers=ORIGIN)
    assert allowed.headers["access-control-allow-origin"] == "https://game.example"
    assert "origin" in allowed.headers["vary"].lower()
    for method in ("GET", "OPTIONS"):
        foreign = product.request(method, "/models", headers={"Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in foreign.headers
