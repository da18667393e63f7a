"""Images through the official Node clients, each in its own form."""

import pytest

from tests.clients.node.clients import NodeClient
from tests.clients.node.typed import assert_openai, assert_openrouter, thrown
from tests.clients.test_chat import PNG_URL, assert_whole_png
from tests.harness.product import Product

GENERATE = "images.generate"
BODY = {"model": "google/gemini-2.5-flash-image", "prompt": "A duck\n/simulate image_bytes=300000"}


def test_openai_gets_as_many_images_as_it_asks_for(openai: NodeClient, product: Product) -> None:
    answer = openai.call(GENERATE, {**BODY, "n": 2, "size": "1024x1024", "quality": "high"})
    assert len(answer["data"]) == 2
    for image in answer["data"]:
        assert_whole_png(PNG_URL + image["b64_json"], 300_000)
    row = product.rows()[-1]
    assert (row["endpoint"], row["outcome"]) == ("/images/generations", "completed")
    assert float(row["cost_usd"]) == answer["usage"]["cost"] > 0


def test_openai_gets_a_preview_and_the_image_in_a_stream(openai: NodeClient) -> None:
    preview, image = openai.call(GENERATE, {**BODY, "stream": True, "partial_images": 1})
    assert preview["type"] == "image_generation.partial_image"
    assert image["type"] == "image_generation.completed"
    assert_whole_png(PNG_URL + image["b64_json"], 300_000)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("status", [400, 403, 404, 413, 429, 500, 502, 503])
def test_the_providers_errors_keep_their_class(clients, status: int, stream: bool) -> None:
    body = {**BODY, "prompt": f"A duck\n/simulate status={status}", "stream": stream}
    assert_openai(thrown(clients[0], GENERATE, body), status)


def test_an_error_in_mid_stream_is_thrown(openai: NodeClient) -> None:
    body = {**BODY, "prompt": "A duck\n/simulate error=503 after=1", "stream": True}
    error = thrown(openai, GENERATE, body)
    assert error.kind == "APIError"
    assert error.body["message"]
    assert len(error.items) == 1


def test_there_are_no_hosted_images(openai: NodeClient) -> None:
    error = thrown(openai, GENERATE, {**BODY, "response_format": "url"})
    assert_openai(error, 400)
    assert error.body["param"] == "response_format"


def own(**fields: object) -> dict[str, object]:
    return {"imageGenerationRequest": {**BODY, **fields}}


def test_openrouter_gets_as_many_images_as_it_asks_for(
    openrouter: NodeClient, product: Product
) -> None:
    answer = openrouter.call(GENERATE, own(n=2, aspectRatio="16:9"))
    assert len(answer["data"]) == 2
    for image in answer["data"]:
        assert_whole_png(PNG_URL + image["b64Json"], 300_000)
    row = product.rows()[-1]
    assert (row["endpoint"], row["outcome"]) == ("/images", "completed")
    assert float(row["cost_usd"]) == answer["usage"]["cost"] > 0


def test_openrouter_gets_a_preview_and_the_image_in_a_stream(openrouter: NodeClient) -> None:
    preview, image = openrouter.call(GENERATE, own(stream=True))
    assert preview["type"] == "image_generation.partial_image"
    assert_whole_png(PNG_URL + image["b64Json"], 300_000)


@pytest.mark.parametrize("how", ["error=503 after=1", "cut=chunks after=1"])
def test_openrouter_gets_an_error_in_mid_stream_as_an_event(
    openrouter: NodeClient, how: str
) -> None:
    items = openrouter.call(GENERATE, own(stream=True, prompt=f"A duck\n/simulate {how}"))
    assert items[-1]["type"] == "error"
    assert items[-1]["error"]["message"]


@pytest.mark.parametrize("status", [400, 429, 502])
def test_openrouter_throws_the_providers_errors(clients, status: int) -> None:
    assert_openrouter(
        thrown(clients[1], GENERATE, own(prompt=f"A duck\n/simulate status={status}")), status
    )


def test_openrouter_lists_who_draws(openrouter: NodeClient, product: Product) -> None:
    listed = openrouter.call("images.listModels")["data"]
    assert listed[0]["id"] == BODY["model"]
    assert all("image" in model["architecture"]["outputModalities"] for model in listed)
    details = listed[0]["endpoints"].removeprefix("/proxy/v1")
    assert product.get(details).status_code == 200
