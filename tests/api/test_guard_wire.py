"""What the provider sees of bodies that name models or the account's own: only what is offered."""

import json
from typing import Any

import httpx
import pytest

from tests.api.test_guard import DEAR, MINI, ODD_MODELS, OFFERED, PASSING, REFUSED, plugin
from tests.api.wire import assert_error_body, send
from tests.harness.product import Product
from tests.harness.provider import Provider

HELLO = [{"role": "user", "content": "hi"}]
EMBEDDING = "qwen/qwen3-embedding-8b"
# Endpoint -> the smallest request that it takes.
ENDPOINTS: dict[str, dict[str, Any]] = {
    "/chat/completions": {"model": OFFERED[0], "messages": HELLO},
    "/responses": {"model": OFFERED[0], "input": "hi"},
    "/messages": {"model": OFFERED[0], "messages": HELLO, "max_tokens": 9},
    "/embeddings": {"model": EMBEDDING, "input": "hi"},
    "/images/generations": {"model": OFFERED[2], "prompt": "a cat"},
    "/images": {"model": OFFERED[2], "prompt": "a cat"},
    "/completions": {"model": OFFERED[0], "prompt": "hi"},
}
ASKED = [
    *REFUSED.values(),
    *(("model", {"model": model}) for model in ODD_MODELS.values()),
    ("models", {"models": [DEAR]}),
]


# Refused calls count for the rate limit too; the road is the same for all, so a sample will do.
SAMPLE = {path: ASKED if path == "/chat/completions" else ASKED[::6] for path in ENDPOINTS}


@pytest.fixture(scope="module")
def keys(module_product: Product) -> dict[str, str]:
    """The key to use for an endpoint."""
    chat, others = (module_product.make_key(f"UGUARD{name}") for name in ("CHAT", "OTHERS"))
    return {path: chat if path == "/chat/completions" else others for path in ENDPOINTS}


def refusal(answer: httpx.Response, path: str, param: str) -> str | None:
    """What is wrong with a refusal; None when it is as it should be."""
    if answer.status_code != 400:
        return f"{answer.status_code} {answer.text}"
    if path == "/messages":  # in Anthropic's form, which has no param
        kind = answer.json()["error"]["type"]
        return None if kind == "invalid_request_error" else kind
    assert_error_body(answer.json(), 400, param=param)
    return None


@pytest.mark.parametrize("path", ENDPOINTS)
def test_the_provider_never_hears_of_what_is_not_offered(
    product: Product, provider: Provider, keys: dict[str, str], path: str
) -> None:
    for param, fields in SAMPLE[path]:
        answer = product.post(path, keys[path], json={**ENDPOINTS[path], **fields})
        assert refusal(answer, path, param) is None, fields
    assert provider.count() == 0


@pytest.mark.parametrize("path", ENDPOINTS)
def test_the_smallest_request_passes(
    product: Product, provider: Provider, keys: dict[str, str], path: str
) -> None:
    assert product.post(path, keys[path], json=ENDPOINTS[path]).status_code == 200
    (call,) = provider.calls()
    assert json.loads(call["body"])["model"] == ENDPOINTS[path]["model"]


@pytest.fixture(scope="module")
def key(module_product: Product) -> str:
    return module_product.make_key("UGUARDPASSING", "--budget-usd", "1000")


@pytest.mark.parametrize("fields", PASSING.values(), ids=PASSING)
def test_what_is_offered_or_the_students_own_arrives_unchanged(
    product: Product, provider: Provider, key: str, fields: dict[str, Any]
) -> None:
    body = {**ENDPOINTS["/chat/completions"], **fields}
    answer = product.post("/chat/completions", key, json=body)
    calls = provider.calls()  # it may not know the router, but that is for the provider to say
    assert len(calls) == 1, answer.text
    seen = json.loads(calls[0]["body"])
    policy = {"data_collection": "deny"}  # ours, in every call
    assert seen.pop("provider") == {**(body.pop("provider", None) or {}), **policy}
    assert seen.items() >= body.items()


@pytest.mark.parametrize("suffix", [":free", ":nitro", ":online", ":thinking"])
def test_a_variant_reaches_the_provider_as_it_was_asked_for(
    product: Product, provider: Provider, key: str, suffix: str
) -> None:
    named = {"model": MINI + suffix, "models": [MINI + suffix]}
    product.post("/chat/completions", key, json={**ENDPOINTS["/chat/completions"], **named})
    (call,) = provider.calls()
    assert json.loads(call["body"]).items() >= named.items()


MESSAGES = b'"messages":[{"role":"user","content":"hi"}]'


def test_of_two_models_the_provider_sees_only_the_one_that_was_checked(
    product: Product, provider: Provider, key: str
) -> None:
    dear, mini = f'"mod\\u0065l":"{DEAR}"'.encode(), f'"model":"{MINI}"'.encode()
    assert send(product, key, b"{" + b",".join([mini, dear, MESSAGES]) + b"}").status_code == 400
    assert send(product, key, b"{" + b",".join([dear, mini, MESSAGES]) + b"}").status_code == 200
    (call,) = provider.calls()
    assert DEAR not in call["body"]
    assert call["body"].count('"model"') == 1


def test_even_where_every_model_is_offered_a_router_must_name_its_own(
    install: Any, provider: Provider
) -> None:
    product = install(HCAI_LANGUAGE_MODELS="*").start()
    key = product.make_key("UALL")
    body = ENDPOINTS["/chat/completions"]
    for fields in ({"model": "openrouter/auto"}, {"model": "OpenRouter/Fusion"}, plugin("fusion")):
        assert product.post("/chat/completions", key, json={**body, **fields}).status_code == 400
    for name in ("@preset/x", "~openai/gpt-latest", f"{DEAR}@preset/x"):
        answer = product.post("/chat/completions", key, json={**body, "model": name})
        assert answer.status_code == 400
    assert provider.count() == 0
    named = {"model": "openrouter/auto", **plugin("auto-router", allowed_models=[DEAR])}
    assert product.post("/chat/completions", key, json={**body, **named}).status_code == 200
