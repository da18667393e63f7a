"""The catalogue: both SDKs accept it, pages and filters work, prices are decimal strings."""

from decimal import Decimal

import httpx
import pytest
from openai import AsyncOpenAI
from openrouter import OpenRouter

from hcai_app.simulator.listings import CHAT_MODELS, EMBEDDING_MODELS


async def test_openai_sdk_lists_models(openai: AsyncOpenAI):
    models = [model.id async for model in await openai.models.list()]
    assert "qwen/qwen3-32b" in models
    assert "qwen/qwen3-embedding-8b" not in models


async def test_openrouter_sdk_lists_models_page_by_page(openrouter: OpenRouter):
    page, seen = await openrouter.models.list_async(limit=6), []
    while page is not None:
        seen += [model.id for model in page.result.data]
        page = await page.next()  # type: ignore[misc]
    assert seen == [model.id for model in CHAT_MODELS]


async def test_openrouter_sdk_lists_embedding_models(openrouter: OpenRouter):
    page = await openrouter.embeddings.list_models_async()
    assert page is not None
    assert len(page.result.data) == page.result.total_count == len(EMBEDDING_MODELS)


async def test_openrouter_sdk_reads_count_model_and_endpoints(openrouter: OpenRouter):
    counted = await openrouter.models.count_async()
    assert counted.data.count == len(CHAT_MODELS)
    model = await openrouter.models.get_async(author="qwen", slug="qwen3-32b:free")
    assert model.data.pricing.prompt == "0"
    listed = await openrouter.endpoints.list_async(author="google", slug="gemini-2.5-flash")
    assert listed.data.endpoints[0].provider_name == "Simulated"


@pytest.mark.parametrize("listing", CHAT_MODELS + EMBEDDING_MODELS, ids=lambda model: model.id)
async def test_openrouter_sdk_reads_every_model_and_its_endpoints(openrouter, listing):
    author, _, slug = listing.id.partition("/")
    model = await openrouter.models.get_async(author=author, slug=slug)
    assert model.data.id == listing.id
    listed = await openrouter.endpoints.list_async(author=author, slug=slug)
    assert [endpoint.model_id for endpoint in listed.data.endpoints] == [listing.id]


async def test_pages_are_linked(http: httpx.AsyncClient):
    page = (await http.get("/models?limit=10")).json()
    assert len(page["data"]) == 10
    assert page["total_count"] == len(CHAT_MODELS)
    following = (await http.get(str(http.base_url.join(page["links"]["next"])))).json()
    assert len(following["data"]) == len(CHAT_MODELS) - 10
    assert following["links"]["next"] is None


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "offset=-1", "limit=many"])
async def test_bad_page_is_refused(http: httpx.AsyncClient, query):
    assert (await http.get(f"/models?{query}")).status_code == 400


async def test_filters_narrow_the_list(http: httpx.AsyncClient):
    async def ids(query: str) -> list[str]:
        return [model["id"] for model in (await http.get(f"/models?{query}")).json()["data"]]

    assert await ids("output_modalities=image") == ["google/gemini-2.5-flash-image"]
    assert len(await ids("output_modalities=all")) == len(CHAT_MODELS) + len(EMBEDDING_MODELS)
    assert await ids("q=opus") == ["anthropic/claude-opus-4.1"]
    assert set(await ids("input_modalities=video")) == {
        "google/gemini-2.5-flash",
        "google/gemini-2.5-pro",
    }


async def test_prices_are_decimal_strings(http: httpx.AsyncClient):
    for model in (await http.get("/models?output_modalities=all")).json()["data"]:
        assert all(isinstance(price, str) for price in model["pricing"].values())
        assert Decimal(model["pricing"]["prompt"]) >= -1
        assert "Simulated" in model["description"]


async def test_unknown_model_is_not_found(http: httpx.AsyncClient):
    assert (await http.get("/model/nobody/nothing")).status_code == 404
    assert (await http.get("/models/nobody/nothing/endpoints")).status_code == 404
    assert (await http.get("/nowhere")).json()["error"]["code"] == 404


async def test_catalogue_can_be_scripted_to_fail(http: httpx.AsyncClient, control):
    await control.post("/script", json={"scenario": {"status": 500}, "times": 1, "path": "/models"})
    assert (await http.get("/models")).status_code == 500
    assert (await http.get("/models")).status_code == 200
