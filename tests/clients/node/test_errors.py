"""Errors as the official Node clients type them: the provider's, ours, and those in mid-stream."""

from typing import Any

import pytest

from tests.clients.node.clients import NodeClient, NodeError
from tests.clients.node.typed import assert_openai, assert_openrouter, thrown
from tests.clients.test_errors import PROVIDERS, SPOILT
from tests.conftest import Install
from tests.harness.product import Product
from tests.harness.provider import Provider

CREATE = "chat.completions.create"
SEND = "chat.send"
Clients = tuple[NodeClient, NodeClient]


def assert_typed(clients: Clients, body: dict[str, Any], status: int) -> NodeError:
    """Both clients throw the class of the status; returns what openai threw."""
    openai, openrouter = clients
    error = thrown(openai, CREATE, body)
    assert_openai(error, status)
    assert_openrouter(thrown(openrouter, SEND, {"chatRequest": body}), status)
    return error


def with_key(clients: Clients, key: str) -> Clients:
    openai, openrouter = clients
    return openai.having(apiKey=key), openrouter.having(apiKey=key)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("status", PROVIDERS)
def test_the_providers_errors_keep_their_class(clients, ask, status: int, stream: bool) -> None:
    body = ask(f"status={status} message='it was so'", stream=stream)
    error = assert_typed(clients, body, status)
    assert "it was so" in error.message
    assert error.body["metadata"]["provider_name"] == "Simulated"


@pytest.mark.parametrize("status", [401, 402])
def test_the_providers_view_of_our_account_is_not_the_callers(clients, ask, status: int) -> None:
    error = assert_typed(clients, ask(f"status={status} message=secret"), 502)
    assert error.headers["x-should-retry"] == "false"
    assert "secret" not in error.message


def test_no_key_and_a_wrong_key_are_401(clients, ask) -> None:
    for key in ("sk-hc-v1-" + "0" * 64, "sk-or-v1-mine"):
        error = assert_typed(with_key(clients, key), ask(), 401)
        assert error.headers["www-authenticate"] == "Bearer"


def test_an_unknown_model_is_400_and_names_the_nearest(clients, ask) -> None:
    error = assert_typed(clients, {**ask(), "model": "qwen/qwen3-32"}, 400)
    assert error.body["param"] == "model"
    assert "qwen/qwen3-32b" in error.message


def test_a_ban_is_403_and_says_why(clients, product: Product, ask) -> None:
    key = product.make_key("UBANNED")
    product.change("users", "ban", "UBANNED", "--reason", "resold their key")
    assert "resold their key" in assert_typed(with_key(clients, key), ask(), 403).message


def test_a_spent_budget_is_402_and_says_when_it_resets(clients, product: Product, ask) -> None:
    key = product.make_key("UPOOR", "--budget-usd", "0")
    assert "00:00 UTC" in assert_typed(with_key(clients, key), ask(), 402).message


def test_limits_are_413_and_429(clients, install: Install, provider: Provider, ask) -> None:
    product = install(HCAI_MAX_BODY_MB="1", HCAI_CHAT_RATE_LIMIT="2/minute").start()
    openai, openrouter = with_key(clients, product.make_key())
    openai = openai.having(baseURL=product.base_url)
    clients = openai, openrouter.having(serverURL=product.base_url)
    # The size is declared, and so costs no attempt.
    messages = [{"role": "user", "content": "x" * 2**20}]
    assert_typed(clients, {**ask(), "messages": messages}, 413)
    for _ in range(2):
        openai.call(CREATE, ask())
    assert 1 <= int(assert_typed(clients, ask(), 429).headers["retry-after"]) <= 61
    assert provider.count() == 2


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("status", [400, 429, 503])
def test_200_with_only_an_error_gets_the_status_of_the_error(
    clients, ask, status: int, stream: bool
) -> None:
    assert_typed(clients, ask(f"only_error={status}", stream=stream), status)


@pytest.mark.parametrize(
    ("directive", "status"),
    [
        ("status=502 html", 502),
        ("status=524 html", 524),
        ("body=half", 502),
        ("body=empty", 502),
        ("cut=before_headers", 502),
        ("cut=body", 502),
    ],
)
def test_a_broken_provider_is_a_typed_error(clients, ask, directive: str, status: int) -> None:
    assert "<" not in assert_typed(clients, ask(directive), status).message


@pytest.mark.parametrize("code", [400, 403, 429, 500, 502, 503])
def test_an_error_in_mid_stream_is_thrown_by_openai(openai: NodeClient, ask, code: int) -> None:
    error = thrown(openai, CREATE, ask(f"error={code} after=3", stream=True))
    assert len(error.items) == 3
    assert error.kind == "APIError"
    assert error.code == code


@pytest.mark.parametrize(("directive", "code"), SPOILT.items())
def test_an_error_in_mid_stream_is_a_chunk_to_openrouter(
    openrouter: NodeClient, ask, directive: str, code: int
) -> None:
    chunks = openrouter.call(SEND, {"chatRequest": ask(directive, stream=True)})
    assert len(chunks) == 4
    assert chunks[-1]["error"]["code"] == code
    assert chunks[-1]["error"]["message"]
    assert chunks[-1]["choices"][0]["finishReason"] == "error"


def test_an_error_names_its_request(openai: NodeClient, product: Product, ask) -> None:
    openai.call(CREATE, ask())
    known = {row["id"] for row in product.rows()}
    error = thrown(openai.having(maxRetries=0), CREATE, ask("status=404"))
    (row,) = [row for row in product.rows() if row["id"] not in known]
    assert error.headers["x-request-id"] == row["id"]
    assert (row["outcome"], row["status"]) == ("refused_by_provider", 404)


@pytest.mark.parametrize("method", ["credits.getCredits", "providers.list", "files.list"])
def test_what_is_not_offered_is_404_and_says_so(clients, method: str) -> None:
    error = thrown(clients[1], method)
    assert error.status == 404
    assert "nothing at /proxy/v1/" in str(error.body)
