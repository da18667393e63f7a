"""The model list through the official Node clients."""

import pytest

from tests.clients.node.clients import NodeClient
from tests.clients.test_models import OFFERED


def test_openai_lists_the_offered_models(openai: NodeClient) -> None:
    models = openai.call("models.list")
    assert [model["id"] for model in models] == OFFERED
    assert {model["object"] for model in models} == {"model"}
    assert [model["owned_by"] for model in models] == [name.split("/")[0] for name in OFFERED]


def test_openrouter_lists_the_offered_models(openrouter: NodeClient) -> None:
    (page,) = openrouter.call("models.list")
    assert [model["id"] for model in page["result"]["data"]] == OFFERED
    assert page["result"]["totalCount"] == len(OFFERED)
    assert page["result"]["data"][0]["pricing"]["prompt"] == "0.00000008"


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_openrouter_turns_the_pages(openrouter: NodeClient, limit: int) -> None:
    pages = openrouter.call("models.list", {"limit": limit})
    assert [model["id"] for page in pages for model in page["result"]["data"]] == OFFERED
    assert len(pages) <= len(OFFERED) // limit + 1
