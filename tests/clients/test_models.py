"""The catalogue through the official clients: both forms at once, page by page, model by model."""

import pytest
from openai import NotFoundError, OpenAI
from openrouter import OpenRouter, errors

from hcai_app.settings import EMBEDDING_MODELS, IMAGE_MODELS, LANGUAGE_MODELS

OFFERED = f"{LANGUAGE_MODELS},{IMAGE_MODELS}".split(",")
EMBEDDERS = EMBEDDING_MODELS.split(",")


def test_openai_lists_the_offered_models(openai: OpenAI) -> None:
    listed = list(openai.models.list())
    assert [model.id for model in listed] == OFFERED
    assert {model.object for model in listed} == {"model"}
    assert [model.owned_by for model in listed] == [name.split("/")[0] for name in OFFERED]


def test_openrouter_lists_the_offered_models(openrouter: OpenRouter) -> None:
    page = openrouter.models.list()
    assert page is not None
    assert [model.id for model in page.result.data] == OFFERED
    assert page.result.total_count == len(OFFERED)
    assert page.result.data[0].pricing.prompt == "0.00000008"
    assert page.next() is None


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_openrouter_turns_the_pages(openrouter: OpenRouter, limit: int) -> None:
    page, seen, pages = openrouter.models.list(limit=limit), [], 0
    while page is not None:
        seen += [model.id for model in page.result.data]
        pages += 1
        page = page.next()
    assert seen == OFFERED
    assert pages <= len(OFFERED) // limit + 1


def test_openrouter_starts_at_an_offset(openrouter: OpenRouter) -> None:
    page = openrouter.models.list(offset=len(OFFERED) - 1, limit=5)
    assert page is not None
    assert [model.id for model in page.result.data] == OFFERED[-1:]
    assert page.next() is None


def test_openrouter_turns_the_pages_of_a_search(openrouter: OpenRouter) -> None:
    page, seen = openrouter.models.list(limit=1, q="gpt", category="programming"), []
    while page is not None:
        seen += [model.id for model in page.result.data]
        page = page.next()
    assert sorted(seen) == ["openai/gpt-5-mini", "openai/gpt-oss-120b"]


def test_openrouter_counts_the_offered_models(openrouter: OpenRouter) -> None:
    assert openrouter.models.count().data.count == len(OFFERED)
    assert openrouter.models.count(output_modalities="image").data.count == 1


@pytest.mark.parametrize("limit", [1, 2, 500])
def test_openrouter_turns_the_pages_of_the_embedding_models(
    openrouter: OpenRouter, limit: int
) -> None:
    page, seen = openrouter.embeddings.list_models(limit=limit), []
    while page is not None:
        assert page.result.total_count == len(EMBEDDERS)
        seen += [model.id for model in page.result.data]
        page = page.next()
    assert seen == EMBEDDERS


@pytest.mark.parametrize("name", [*OFFERED, *EMBEDDERS, "qwen/qwen3-32b:nitro"])
def test_openrouter_shows_a_model_and_who_serves_it(openrouter: OpenRouter, name: str) -> None:
    author, slug = name.split("/")
    base = name.split(":", maxsplit=1)[0]
    model = openrouter.models.get(author=author, slug=slug).data
    assert (model.id, model.links.details) == (base, f"/proxy/v1/models/{base}/endpoints")
    served = openrouter.endpoints.list(author=author, slug=slug).data
    assert served.id == base
    assert served.endpoints[0].provider_name == "Simulated"


def test_openrouter_is_told_that_a_model_is_not_offered(openrouter: OpenRouter) -> None:
    for ask in (openrouter.models.get, openrouter.endpoints.list):
        with pytest.raises(errors.NotFoundResponseError, match="no model"):
            ask(author="anthropic", slug="claude-opus-4.1")


def test_openai_retrieves_one_model_by_its_name(openai: OpenAI) -> None:
    model = openai.models.retrieve("qwen/qwen3-32b")
    assert (model.id, model.object, model.owned_by) == ("qwen/qwen3-32b", "model", "qwen")
    with pytest.raises(NotFoundError):
        openai.models.retrieve("no/such-model")
