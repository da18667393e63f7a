"""Calls that look for the API in the wrong place are told the right one, never shown a page."""

import httpx
import pytest
from anthropic import Anthropic, NotFoundError
from openai import NotFoundError as OpenAINotFoundError
from openai import OpenAI

from hcai_app import errors
from hcai_app.docs import anchor, chapters
from tests.api.wire import assert_error, chat_body
from tests.harness.processes import TLS
from tests.harness.product import Product

BASES = {
    "root": "",
    "v1": "/v1",
    "api": "/api/v1",
    "no-version": "/proxy",
    "version-twice": "/proxy/v1/v1",
    "another-version": "/proxy/v2",
    "path-of-the-call": "/proxy/v1/chat/completions",
    "whole-path-twice": "/proxy/v1/proxy/v1",
}
CALLS = [
    *(("POST", path) for path in ("/chat/completions", "/completions", "/responses", "/images")),
    *(("POST", path) for path in ("/embeddings", "/models")),
    *(("GET", path) for path in ("/models", "/key", "/models/qwen/qwen3-32b")),
]
ANYWHERE = {"Origin": "https://somewhere.example"}


@pytest.mark.parametrize("base", BASES.values(), ids=BASES)
@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_wrong_base_url_is_told_the_right_one(
    backend: Product, product: Product, base: str, method: str, path: str
) -> None:
    for server in (backend, product):
        # Only pages have no key with them.
        headers = {**ANYWHERE, "Authorization": "Bearer sk-hc-v1-unknown"}
        answer = httpx.request(method, server.origin + base + path, headers=headers, verify=TLS)
        message = assert_error(answer, 404)
        assert "Did you mean http" in message
        assert f"/proxy/v1{path}?" in message
        assert "base URL must be http" in message
        assert answer.json()["error"]["metadata"]["help_url"].endswith("#errors-wrong-addresses")
        assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("path", ["/Chat/Completions", "/EMBEDDINGS", "/Messages/Count_Tokens"])
def test_letters_of_another_case_are_told_the_right_ones(product: Product, path: str) -> None:
    assert f"/proxy/v1{path.lower()}" in assert_error(product.post(path, None, json={}), 404)


def test_a_prefix_of_another_service_is_told_the_right_one_too(backend: Product) -> None:
    answer = httpx.post(f"{backend.origin}/openai/v1/responses", json={}, verify=TLS)
    assert "/proxy/v1/responses?" in assert_error(answer, 404)


def test_the_right_address_comes_of_the_settings_and_of_no_header(product: Product) -> None:
    headers = {"Host": "elsewhere.example", "X-Forwarded-Host": "elsewhere.example"}
    answer = httpx.post(f"{product.origin}/v1/chat/completions", headers=headers, verify=TLS)
    assert "elsewhere" not in assert_error(answer, 404)


@pytest.mark.parametrize(
    "path", ["/v1/models", "/v1/nothing", "/v1", "/proxy", "/chat/completions"]
)
def test_without_a_key_it_is_no_page_either(backend: Product, path: str) -> None:
    assert "base URL must be" in assert_error(httpx.get(backend.origin + path, verify=TLS), 404)


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/chat/completions", "/api/v1/models"])
def test_a_browser_may_read_it(backend: Product, path: str) -> None:
    headers = {**ANYWHERE, "Access-Control-Request-Method": "POST"}
    answer = httpx.options(backend.origin + path, headers=headers, verify=TLS)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("path", ["/", "/models", "/dashboard", "/account", "/nothing/at/all"])
def test_pages_are_read_and_nothing_else(backend: Product, path: str) -> None:
    answer = httpx.post(backend.origin + path, json={}, verify=TLS)
    if path == "/models":
        assert "/proxy/v1/models?" in assert_error(answer, 404)
    else:
        assert "base URL must be" in assert_error(answer, 405)
        assert answer.headers["allow"] == "GET, HEAD"
    assert (
        httpx.get(backend.origin + path, verify=TLS).headers["content-type"] != "application/json"
    )


@pytest.mark.parametrize("path", ["/api/keys", "/auth/login", "/playground/v1/chat/completions"])
def test_what_is_our_pages_alone_stays_so(backend: Product, path: str) -> None:
    answer = httpx.post(backend.origin + path, headers=ANYWHERE, json={}, verify=TLS)
    assert "access-control-allow-origin" not in answer.headers


def test_openai_shows_the_right_address(backend: Product) -> None:
    for base in ("", "/v1", "/proxy"):
        client = OpenAI(base_url=backend.origin + base, api_key="sk-hc-v1-x", max_retries=0)
        with pytest.raises(OpenAINotFoundError, match=r"base URL must be http.*/proxy/v1"):
            client.chat.completions.create(**chat_body())
        with pytest.raises(OpenAINotFoundError, match=r"base URL must be http.*/proxy/v1"):
            client.models.list()
        client.close()


def test_anthropics_clients_get_it_in_their_form(product: Product, key: str) -> None:
    ask = {"model": "qwen/qwen3-32b", "messages": [{"role": "user", "content": "hi"}]}
    for base in ("", "/proxy/v1"):
        with Anthropic(base_url=product.origin + base, api_key=key, max_retries=0) as client:
            with pytest.raises(NotFoundError, match="/proxy for clients that add") as caught:
                client.messages.create(**ask, max_tokens=9)
            assert caught.value.response.json()["type"] == "error"
    with Anthropic(base_url=product.origin + "/proxy", api_key=key, max_retries=0) as client:
        offered = "counting tokens is not offered; usage comes with the answer"
        with pytest.raises(NotFoundError, match=offered) as caught:
            client.messages.count_tokens(**ask)
        assert caught.value.response.json()["error"]["type"] == "not_found_error"


@pytest.mark.parametrize(
    ("path", "instead"),
    [
        ("/credits", "`/key`"),
        ("/models/user", "`/models`"),
        ("/providers", "/endpoints`"),
        ("/files", "send them in the request"),
        ("/images/edits", "`input_references`"),
    ],
)
def test_what_is_not_offered_names_what_is(product: Product, path: str, instead: str) -> None:
    assert instead in assert_error(product.get(path), 404)


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("/models/qwen3-32b", "qwen/qwen3-32b"),
        ("/models/qwen/qwen3-23b", "qwen/qwen3-32b"),
        ("/model/qwen/qwen3-33b", "qwen/qwen3-32b"),
        ("/models/gpt-5-mini/endpoints", "openai/gpt-5-mini"),
    ],
)
def test_a_model_by_a_short_or_wrong_name_is_told_the_nearest(
    product: Product, path: str, near: str
) -> None:
    answer = product.get(path)
    message = assert_error(answer, 404)
    assert near in message
    assert "/endpoints'" not in message  # which is no part of its name
    assert answer.json()["error"]["metadata"]["nearest"][0] == near


@pytest.mark.parametrize("tail", ["", "/endpoints"])
def test_a_variant_that_may_be_asked_is_found(product: Product, key: str, tail: str) -> None:
    name = "qwen/qwen3-32b:thinking"
    assert product.chat(key, model=name).status_code == 200
    assert product.get(f"/models/{name}{tail}").status_code == 200


def test_the_base_url_itself_greets(product: Product) -> None:
    for path in ("", "/"):
        answer = product.get(path)
        assert answer.status_code == 200
        assert answer.json()["base_url"].endswith("/proxy/v1")
    assert "GET" in assert_error(product.post("", None, json={}), 405)


def test_every_refusal_names_a_place_in_the_docs_that_there_is() -> None:
    places = {anchor(chapter.slug) for chapter in chapters()}
    places |= {
        anchor(chapter.slug, line.removeprefix("## ").strip())
        for chapter in chapters()
        for line in chapter.text.splitlines()
        if line.startswith("## ")
    }
    assert {
        *errors.DOCS_BY_STATUS.values(),
        *errors.DOCS_BY_TYPE.values(),
        errors.DOCS_APPEAL,
    } <= places
