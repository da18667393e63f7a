"""`/api/models`: what the page of models fetches."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from hcai_app.services.models.facts import card_of
from hcai_app.services.models.listing import model_row
from tests.api.wire import assert_error
from tests.conftest import Install
from tests.harness.catalog import Catalogue
from tests.harness.processes import TLS
from tests.harness.product import Product

HOSTILE = "<img src=x onerror=alert(1)>\"'</script>"
MANY = 450
MAX_WIRE_BYTES = 40_000
MAX_SECONDS = 0.2


@pytest.fixture
def catalogue() -> Iterator[Catalogue]:
    provider = Catalogue(*(model_called(f"acme/model-{number}") for number in range(MANY)))
    yield provider
    provider.stop()


def model_called(model: str, **more: Any) -> dict[str, Any]:
    return {
        "id": model,
        "name": f"Acme: {model}",
        "description": "Words, words, words. " * 100,
        "context_length": 131_072,
        "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["text"]},
        "pricing": {"prompt": "0.000001", "completion": "0.000002"},
        "supported_parameters": ["tools"],
        **more,
    }


def fetch(product: Product, **headers: str) -> httpx.Response:
    return httpx.get(f"{product.origin}/api/models", headers=headers, timeout=30, verify=TLS)


def wildcard(install: Install, catalogue: Catalogue) -> Product:
    settings = {"HCAI_LANGUAGE_MODELS": "*", "OPENROUTER_BASE_URL": catalogue.base_url}
    return install(HCAI_EMBEDDING_MODELS=" ,", **settings).start()


def test_the_list_is_the_allowed_models_in_our_order(product: Product) -> None:
    listed = fetch(product).json()["models"]
    paths = ("/models", "/embeddings/models")
    offered = [model["id"] for path in paths for model in product.get(path).json()["data"]]
    assert [model["id"] for model in listed] == offered
    qwen = listed[0]
    assert (qwen["name"], qwen["maker"], qwen["contextText"]) == ("Qwen3 32B", "Alibaba", "41k")
    assert qwen["color"] == "var(--chart-1)"
    takes = {model["id"]: model["takes"] for model in listed}
    pictures = ["image/png", "image/jpeg", "image/webp", "image/gif"]
    assert qwen["takes"] == ["application/pdf"]  # the provider reads it for the model
    assert takes["google/gemini-2.5-flash-image"] == pictures
    assert takes["openai/gpt-5-mini"] == [*pictures, "application/pdf"]
    assert (qwen["priceIn"], qwen["priceOut"], qwen["reasons"]) == ("$0.08", "$0.24", True)
    assert listed[-1]["outputs"] == ["embeddings"]


def test_an_etag_saves_the_second_answer(product: Product) -> None:
    first = fetch(product)
    again = fetch(product, **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    plain = fetch(product, **{"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.json() == first.json()


def test_hundreds_of_models_come_fast_and_light(install: Install, catalogue: Catalogue) -> None:
    product = wildcard(install, catalogue)
    assert len(fetch(product).json()["models"]) == MANY
    with httpx.Client(verify=TLS) as client:
        url = f"{product.origin}/api/models"
        answers = [client.get(url, headers={"Accept-Encoding": "gzip"}) for _ in range(5)]
    assert min(answer.elapsed.total_seconds() for answer in answers) < MAX_SECONDS
    assert int(answers[0].headers["content-length"]) < MAX_WIRE_BYTES
    assert "Words, words, words. Words" not in answers[0].text


def test_whatever_the_provider_writes_is_text_of_some_length(
    install: Install, catalogue: Catalogue
) -> None:
    texts = {"name": HOSTILE * 50, "description": HOSTILE * 500}
    catalogue.models = [model_called("acme/evil", **texts), model_called("no<b>id")]
    (model,) = fetch(wildcard(install, catalogue)).json()["models"]
    assert model["name"].startswith(HOSTILE)
    assert len(model["name"]) + len(model["line"]) < 250


PRICES = {
    "free": ({"prompt": "0", "completion": "0"}, ("free", "free", "", 0, True)),
    "by token": (
        {"prompt": "0.00000125", "completion": "0.00001", "image": "0.001"},
        ("$1.25", "$10.00", "", 11.25, False),
    ),
    "by image": (
        {"prompt": "0", "completion": "0", "image": "0.04"},
        ("–", "$0.04", "an image", None, False),
    ),
    "by call": (
        {"prompt": "0.000001", "completion": "0.000002", "request": "0.01"},
        ("$1.00", "$2.00", "+ $0.01 a call", 3, False),
    ),
    "unknown": ({"prompt": "-1", "completion": "-1"}, ("varies", "varies", "", None, False)),
}


@pytest.mark.parametrize(("pricing", "shown"), PRICES.values(), ids=PRICES)
def test_a_price_is_shown_in_the_unit_that_is_paid_for(
    pricing: dict[str, str], shown: tuple[Any, ...]
) -> None:
    outputs = {"output_modalities": ["image"]}
    card = card_of(model_called("acme/x", pricing=pricing, architecture=outputs), "image")
    row = model_row(card, 0)
    assert (row.price_in, row.price_out, row.each, row.cost, row.is_free) == shown


def test_without_a_catalogue_it_says_so(install: Install, catalogue: Catalogue) -> None:
    catalogue.status = 500
    assert "try again" in assert_error(fetch(wildcard(install, catalogue)), 503)
