"""The catalogue beside `/models`: embedding models, one model, who serves it."""

import httpx
import pytest

from tests.api.wire import assert_error
from tests.conftest import Install
from tests.harness.processes import TLS
from tests.harness.product import Product
from tests.harness.provider import Provider

EMBEDDERS = ["qwen/qwen3-embedding-8b", "openai/text-embedding-3-large"]
PATHS = (
    "/models",
    "/models/count",
    "/embeddings/models",
    "/model/qwen/qwen3-32b",
    "/models/qwen/qwen3-32b",
    "/models/qwen/qwen3-32b/endpoints",
)
# What the product asks by itself from time to time: for `/up`, and for its copies.
BY_ITSELF = {f"GET /api/v1/{path}" for path in ("key", "models", "embeddings/models")}


def endpoints_at(provider: Provider, model: str) -> bytes:
    """What the provider itself says of who serves a model."""
    headers = {"Authorization": "Bearer sk-or-v1-test"}
    url = f"{provider.base_url}/models/{model}/endpoints"
    return httpx.get(url, headers=headers, verify=TLS).content


@pytest.mark.parametrize("path", PATHS)
def test_an_etag_saves_the_second_answer_and_nobody_needs_a_key(
    product: Product, path: str
) -> None:
    first = product.get(path)
    assert first.status_code == 200
    assert first.headers["content-type"] == "application/json"
    assert first.headers["cache-control"] == "no-cache"
    tag = first.headers["etag"]
    assert product.get(path, "sk-hc-v1-wrong").headers["etag"] == tag
    again = product.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    head = product.request("HEAD", path)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", tag)
    assert product.get(path, headers={"If-None-Match": '"other"'}).content == first.content


@pytest.mark.parametrize("path", PATHS)
def test_a_browser_may_ask_from_any_page(product: Product, path: str) -> None:
    answer = product.get(path, headers={"Origin": "https://example.org"})
    assert answer.headers["access-control-allow-origin"] == "*"


def test_the_embedding_models_have_their_own_list(product: Product) -> None:
    body = product.get("/embeddings/models").json()
    assert [model["id"] for model in body["data"]] == EMBEDDERS
    assert (body["object"], body["total_count"]) == ("list", 2)
    assert {model["object"] for model in body["data"]} == {"model"}
    page = product.get("/embeddings/models?offset=1&limit=1").json()
    assert [model["id"] for model in page["data"]] == EMBEDDERS[1:]
    assert page["links"] == {"next": None}
    assert_error(product.get("/embeddings/models?limit=0"), 400, param="limit")


def test_a_star_lists_every_embedding_model_and_no_other(install: Install) -> None:
    product = install(HCAI_EMBEDDING_MODELS="*").start()
    names = [model["id"] for model in product.get("/embeddings/models").json()["data"]]
    assert sorted(names) == sorted([*EMBEDDERS, "openai/text-embedding-3-small"])


@pytest.mark.parametrize("spelling", ["qwen3-32b", "qwen3-32b:nitro", "qwen3-32b%3Anitro"])
def test_one_model_is_shown_as_it_is_listed(product: Product, spelling: str) -> None:
    listed = product.get("/models").json()["data"][0]
    assert product.get(f"/model/qwen/{spelling}").json() == {"data": listed}
    assert product.get(f"/models/qwen/{spelling}").json() == listed
    details = listed["links"]["details"]
    assert product.get(details.removeprefix("/proxy/v1")).status_code == 200


@pytest.mark.parametrize("spelling", ["qwen3-32b:free", "qwen3-32b%3Afree"])
def test_a_variant_of_its_own_is_shown_as_such(product: Product, spelling: str) -> None:
    data = product.get(f"/model/qwen/{spelling}").json()["data"]
    assert (data["id"], data["pricing"]["prompt"]) == ("qwen/qwen3-32b:free", "0")


def test_endpoints_are_the_providers_own_words(product: Product, provider: Provider) -> None:
    for model in ("qwen/qwen3-32b", "qwen/qwen3-32b:free", EMBEDDERS[0]):
        told = product.get(f"/models/{model}/endpoints").content
        assert told == endpoints_at(provider, model)


@pytest.mark.parametrize(
    "name",
    [
        "anthropic/claude-opus-4.1",  # not allowed
        "nobody/nothing",
        "qwen/qwen3-32b:Banana",
        "qwen/qwen3-32b:free:online",
        "qwen/qwen3-32b%253Anitro",
        "qwen/qwen3-32b%20",
        "QWEN/qwen3-32b",
        "qwen/%00",
        "..%2f../key",
        "~qwen/qwen3-32b",
        "qwen/" + "x" * 500,
    ],
)
def test_a_model_that_is_not_offered_is_404(
    product: Product, provider: Provider, name: str
) -> None:
    provider.reset()
    assert_error(product.get(f"/model/{name}"), 404)
    assert_error(product.get(f"/models/{name}/endpoints"), 404)
    assert set(provider.requests()) <= BY_ITSELF


def test_an_allowed_model_that_the_provider_lacks_is_404(install: Install) -> None:
    product = install(HCAI_LANGUAGE_MODELS="qwen/qwen3-32b,nobody/nothing").start()
    for path in ("/model/nobody/nothing", "/models/nobody/nothing/endpoints"):
        assert "nobody/nothing" in assert_error(product.get(path), 404)


@pytest.mark.parametrize("path", [*PATHS[1:], "/key", "/generation"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_is_changed_here(product: Product, path: str, method: str) -> None:
    answer = product.request(method, path)
    assert "GET" in assert_error(answer, 405)
    assert answer.headers["allow"] == "GET"
