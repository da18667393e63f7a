"""Moderations through the official openai Node client."""

from tests.clients.node.clients import NodeClient
from tests.clients.node.typed import assert_openai, thrown
from tests.harness.product import Product

CREATE = "moderations.create"


def test_openai_moderates_without_naming_a_model(openai: NodeClient, product: Product) -> None:
    known = len(product.rows())
    answer = openai.call(CREATE, {"input": "ducks\n/simulate flag=violence"})
    (result,) = answer["results"]
    assert result["flagged"]
    assert result["categories"]["violence"]
    assert not result["categories"]["hate"]
    assert len(product.rows()) == known


def test_openai_gets_one_result_for_each_text(openai: NodeClient) -> None:
    body = {"model": "omni-moderation-latest", "input": ["ducks", "geese"]}
    results = openai.call(CREATE, body)["results"]
    assert [result["flagged"] for result in results] == [False, False]


def test_openai_moderates_an_image(openai: NodeClient) -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
    parts = [{"type": "text", "text": "ducks"}, image]
    (result,) = openai.call(CREATE, {"input": parts})["results"]
    assert result["category_applied_input_types"]["violence"] == ["text", "image"]


def test_a_wrong_key_is_401(clients) -> None:
    stranger = clients[0].having(apiKey="sk-hc-v1-" + "0" * 64)
    assert_openai(thrown(stranger, CREATE, {"input": "ducks"}), 401)
