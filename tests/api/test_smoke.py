"""One call to each endpoint of `/proxy/v1`: all are there, and answer."""

import pytest

from hcai_app.api.endpoint import Endpoint
from hcai_app.api.endpoints import ENDPOINTS
from tests.api.playground.calls import bodies
from tests.harness.product import Product

pytestmark = pytest.mark.smoke
MODEL = {"author": "qwen", "slug": "qwen3-32b"}


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.path)
def test_every_endpoint_answers(product: Product, key: str, endpoint: Endpoint) -> None:
    path = endpoint.path.format(**MODEL)
    if endpoint.path == "/generation":
        path += f"?id={product.chat(key).headers['x-generation-id']}"
    answer = product.request(endpoint.method, path, key, json=bodies().get(endpoint.path))
    assert answer.status_code == 200, answer.text
