"""The model list through the official clients: both forms at once, page by page."""

import pytest
from openai import OpenAI
from openrouter import OpenRouter

from hcai_app import settings

OFFERED = f"{settings.LANGUAGE_MODELS},{settings.IMAGE_MODELS}".split(",")


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
