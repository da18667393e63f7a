"""The model list through the official Node clients."""

import pytest

from tests.clients.node.clients import NodeClient
from tests.clients.node.typed import assert_openai, assert_openrouter, thrown
from tests.clients.test_models import OFFERED


def test_openai_lists_the_offered_models(openai: NodeClient) -> None:
    models = openai.call("models.list")
    assert [model["id"] for model in models] == OFFERED
    assert {model["object"] for model in models} == {"model"}
    assert [model["owned_by"] for model in models] == [name.split("/")[0] for name in OFFERED]


@pytest.mark.parametrize("name", OFFERED)
def test_openai_retrieves_each_model(openai: NodeClient, name: str) -> None:
    # The client writes the slash as %2F.
    model = openai.call("models.retrieve", name)
    assert (model["id"], model["object"]) == (name, "model")
    assert model["created"] > 0


def test_openai_retrieves_no_other_model(openai: NodeClient) -> None:
    assert_openai(thrown(openai, "models.retrieve", "openai/gpt-4o-that-nobody-offers"), 404)


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


def test_openrouter_counts_the_models(openrouter: NodeClient) -> None:
    assert openrouter.call("models.count") == {"data": {"count": len(OFFERED)}}


@pytest.mark.parametrize("name", OFFERED)
def test_openrouter_gets_each_model_and_its_endpoints(openrouter: NodeClient, name: str) -> None:
    author, slug = name.split("/")
    wanted = {"author": author, "slug": slug}
    assert openrouter.call("models.get", wanted)["data"]["id"] == name
    data = openrouter.call("endpoints.list", wanted)["data"]
    assert data["id"] == name
    assert data["endpoints"]


def test_openrouter_gets_a_variant_of_a_model(openrouter: NodeClient) -> None:
    # The client writes the colon as %3A.
    wanted = {"author": "qwen", "slug": "qwen3-32b:nitro"}
    assert openrouter.call("models.get", wanted)["data"]["id"].startswith("qwen/qwen3-32b")
    assert openrouter.call("endpoints.list", wanted)["data"]["endpoints"]


@pytest.mark.parametrize("method", ["models.get", "endpoints.list"])
def test_a_model_that_is_not_offered_is_404(clients, method: str) -> None:
    wanted = {"author": "openai", "slug": "gpt-4o-that-nobody-offers"}
    assert_openrouter(thrown(clients[1], method, wanted), 404)


def test_nobody_needs_a_key_to_look(openai: NodeClient, openrouter: NodeClient) -> None:
    assert openai.having(apiKey="none").call("models.list")
    assert openrouter.having(apiKey="").call("models.count")
