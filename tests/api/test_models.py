"""`GET /models`: two forms at once, the configured order, pages, filters, ETags."""

from decimal import Decimal

import pytest

from tests.api.wire import assert_error
from tests.conftest import Install
from tests.harness.product import Product
from tests.harness.provider import Provider

# What the OpenRouter clients reject a list without (openrouter-api reference, section 9).
OPENROUTER_KEYS = {
    "id",
    "name",
    "created",
    "description",
    "context_length",
    "architecture",
    "pricing",
    "top_provider",
    "per_request_limits",
    "supported_parameters",
    "default_parameters",
}


def ids(product: Product, query: str = "") -> list[str]:
    answer = product.get(f"/models{query}")
    assert answer.status_code == 200, answer.text
    return [model["id"] for model in answer.json()["data"]]


def test_the_list_has_both_forms_at_once(product: Product) -> None:
    body = product.get("/models").json()
    assert (body["object"], body["links"]) == ("list", {"next": None})
    assert body["total_count"] == len(body["data"]) > 3
    for model in body["data"]:
        assert model.keys() >= OPENROUTER_KEYS
        assert (model["object"], model["owned_by"]) == ("model", model["id"].split("/")[0])
        assert Decimal(model["pricing"]["prompt"]) >= 0


def test_only_allowed_models_are_listed_in_the_configured_order(install: Install) -> None:
    product = install(
        HCAI_LANGUAGE_MODELS="openai/gpt-5-mini, nobody/nothing ,qwen/qwen3-32b",
        HCAI_IMAGE_MODELS="google/gemini-2.5-flash-image,qwen/qwen3-32b",
    ).start()
    names = ["openai/gpt-5-mini", "qwen/qwen3-32b", "google/gemini-2.5-flash-image"]
    assert ids(product) == names


def test_a_star_allows_every_model_even_one_that_the_catalogue_lacks(
    install: Install, provider: Provider
) -> None:
    product = install(HCAI_LANGUAGE_MODELS="openai/gpt-5-mini,*").start()
    names = ids(product)
    assert names[0] == "openai/gpt-5-mini"
    assert len(names) == len(set(names)) > 10
    assert "anthropic/claude-opus-4.1" in names
    assert "openai/text-embedding-3-large" not in names  # that is a list of its own
    key = product.make_key()
    assert product.chat(key, model="anthropic/claude-opus-4.1").status_code == 200
    assert product.chat(key, model="brand/new:free").status_code == 400  # the provider's word
    # A price that nobody knows makes no figure too large for the books.
    assert product.chat(key, model="brand/new", max_tokens=2**64 - 1).status_code == 400
    assert provider.count() == 3
    refusal = product.chat(key, model="qwen3-32b")
    assert "qwen/qwen3-32b" in assert_error(refusal, 400, param="model")
    assert "*" not in refusal.json()["error"]["metadata"]["nearest"]
    assert provider.count() == 3
    assert [row["outcome"] for row in product.rows()][1:] == ["refused_by_provider"] * 2


def test_pages_are_linked_to_the_end(product: Product) -> None:
    whole, seen, path = ids(product), [], "/models?limit=3"
    while path:
        page = product.get(path).json()
        assert page["total_count"] == len(whole)
        seen += [[model["id"] for model in page["data"]]]
        path = (page["links"]["next"] or "").removeprefix("/proxy/v1")
    assert [len(page) for page in seen] == [3, 3, 1]
    assert [name for page in seen for name in page] == whole
    assert ids(product, "?offset=100&limit=5") == []
    assert ids(product, "?offset=5") == whole[5:]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=GPT", ["openai/gpt-oss-120b", "openai/gpt-5-mini"]),
        ("q=moonshot", ["moonshotai/kimi-k2-0905"]),
        ("output_modalities=image", ["google/gemini-2.5-flash-image"]),
        ("output_modalities=image,video", ["google/gemini-2.5-flash-image"]),
        ("input_modalities=video", ["google/gemini-2.5-flash"]),
        ("input_modalities=file,image&q=openai", ["openai/gpt-5-mini"]),
        ("supported_parameters=tools,reasoning&q=deepseek", ["deepseek/deepseek-v3.2"]),
        ("supported_parameters=telepathy", []),
        ("q=nothing%20like%20it", []),
    ],
)
def test_filters_narrow_the_list(product: Product, query: str, found: list[str]) -> None:
    assert ids(product, f"?{query}") == found
    counted = product.get(f"/models/count?{query}").json()
    assert counted == {"data": {"count": len(found)}}


@pytest.mark.parametrize(
    "query",
    ["category=programming", "output_modalities=all", "sort=newest", "use_rss=true", "q=", "x"],
)
def test_what_is_no_filter_here_leaves_the_list_whole(product: Product, query: str) -> None:
    assert ids(product, f"?{query}") == ids(product)


def test_the_pages_of_a_search_are_linked(product: Product) -> None:
    first = product.get("/models?q=openai&limit=1").json()
    assert first["total_count"] == 2
    second = product.get(first["links"]["next"].removeprefix("/proxy/v1")).json()
    names = [model["id"] for page in (first, second) for model in page["data"]]
    assert names == ["openai/gpt-oss-120b", "openai/gpt-5-mini"]
    assert second["links"]["next"] is None


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("limit=1.5", "limit"),
        ("limit=%D9%A3", "limit"),
        ("offset=-1", "offset"),
        ("offset=1e3", "offset"),
        ("offset=99999999999999999999", "offset"),
    ],
)
def test_a_page_that_cannot_be_is_400(product: Product, query: str, param: str) -> None:
    assert param in assert_error(product.get(f"/models?{query}"), 400, param=param)


def test_an_etag_saves_the_second_answer(product: Product) -> None:
    first = product.get("/models")
    tag = first.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = product.get("/models", headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert again.headers["x-request-id"]
    changed = product.get("/models?limit=2", headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


def test_the_list_needs_no_key_and_ignores_a_wrong_one(product: Product) -> None:
    assert product.get("/models", "sk-hc-v1-wrong").status_code == 200
