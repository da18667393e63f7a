"""Paths and methods that there are not, and what a fault of ours looks like."""

import sqlite3

import aiohttp
import httpx
import pytest

from tests.api.wire import assert_error, chat_body
from tests.conftest import Install
from tests.harness.processes import TLS, free_port
from tests.harness.product import Product


@pytest.mark.parametrize(
    "path",
    [
        "/proxy",
        "/proxy/",
        "/proxy/v2/chat/completions",
        "/proxy/v1/chat",
        "/proxy/v1/chat/completions/x",
        "/proxy/v1/files",
        "/proxy/v1/%2e%2e/%2e%2e/healthz",
        "/proxy/v1/models%00",
        "/api/nothing",
        "/auth/nothing",
        "/internal/nothing",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_unknown_path_is_404_in_the_error_form(product: Product, method: str, path: str) -> None:
    answer = httpx.request(method, product.origin + path, verify=TLS)
    assert "/proxy/v1/openapi.json" in assert_error(answer, 404)


@pytest.mark.parametrize("path", ["/", "/keys", "/_event", "/nothing"])
def test_the_api_alone_has_no_pages(product: Product, path: str) -> None:
    assert_error(httpx.get(product.origin + path, verify=TLS), 404)


async def test_the_api_alone_opens_no_socket(product: Product) -> None:
    async with aiohttp.ClientSession() as client:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await client.ws_connect(f"{product.origin}/_event/?transport=websocket")
    assert refused.value.status == 403


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/chat/completions", "POST"),
        ("PUT", "/chat/completions", "POST"),
        ("DELETE", "/chat/completions", "POST"),
        ("POST", "/models", "GET"),
        ("PATCH", "/models", "GET"),
        ("POST", "/stats", "GET"),
    ],
)
def test_a_wrong_method_is_405_and_names_the_right_one(
    product: Product, key: str, method: str, path: str, allowed: str
) -> None:
    answer = product.request(method, path, key)
    assert allowed in assert_error(answer, 405)
    assert answer.headers["allow"] == allowed


def test_a_slash_at_the_end_does_no_harm(product: Product, key: str) -> None:
    assert product.post("/chat/completions/", key, json=chat_body()).status_code == 200
    assert product.get("/models/").status_code == 200


@pytest.mark.parametrize(
    "path", ["/healthz", "/readyz", "/up", "/metrics", "/llms.txt", "/docs.md"]
)
def test_a_slash_at_the_end_finds_what_stands_among_the_pages(backend: Product, path: str) -> None:
    given, asked = (httpx.get(backend.origin + path + end, verify=TLS) for end in ("", "/"))
    assert given.status_code == asked.status_code == 200
    assert given.headers["content-type"] == asked.headers["content-type"]


def test_head_answers_like_get_without_a_body(product: Product) -> None:
    given, asked = product.get("/models"), product.request("HEAD", "/models")
    assert asked.status_code == 200
    assert asked.content == b""
    assert asked.headers["content-length"] == given.headers["content-length"]
    assert product.request("HEAD", "/nothing").status_code == 404


def test_bytes_that_are_no_request_are_told_where_the_docs_say_more(product: Product) -> None:
    answer = product.request("FOO", "/models")
    assert "Invalid HTTP" in assert_error(answer, 400)
    assert answer.json()["error"]["metadata"]["help_url"].startswith(f"{product.origin}/docs#")


def test_health_needs_no_key(product: Product) -> None:
    assert httpx.get(f"{product.origin}/healthz", verify=TLS).json() == {"status": "ok"}
    ready = httpx.get(f"{product.origin}/readyz", verify=TLS)
    assert ready.json() == {"ready": True, "database": True}


def test_a_fault_of_ours_is_500_without_its_details(install: Install) -> None:
    product = install(OPENROUTER_BASE_URL=f"http://127.0.0.1:{free_port()}").start()
    key = product.make_key()
    with sqlite3.connect(product.folder / "hcai.db") as database:
        database.execute("UPDATE users SET budget_nanousd = 'a secret of the table'")
    database.close()
    answer = product.get("/key", key)
    message = assert_error(answer, 500)
    assert answer.headers["x-request-id"] in message
    assert "a secret" not in answer.text
    assert product.process is not None
    assert answer.headers["x-request-id"] in product.process.log


def test_without_a_provider_calls_are_502_and_the_list_of_models_503(install: Install) -> None:
    product = install(OPENROUTER_BASE_URL=f"http://127.0.0.1:{free_port()}").start()
    key = product.make_key()
    for stream in (False, True):
        answer = product.chat(key, stream=stream)
        assert "provider" in assert_error(answer, 502)
    assert_error(product.get("/models"), 503)
    assert [row["outcome"] for row in product.rows()] == ["upstream_error"] * 2
    assert {(row["status"], row["cost_usd"], row["settled"]) for row in product.rows()} == {
        (502, "0", True)
    }
