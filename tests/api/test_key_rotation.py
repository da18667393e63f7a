"""`POST /api/keys/rotate`: a successor works at once, the old key for as long as was asked."""

import uuid
from collections.abc import Iterator

import httpx
import pytest

from tests.chaos.books import wait_until
from tests.harness.product import Product
from tests.harness.visitor import page_of


@pytest.fixture
def page(product: Product) -> Iterator[httpx.Client]:
    slack_id = f"U{uuid.uuid4().hex}"
    product.make_key(slack_id)
    with page_of(product, slack_id) as client:
        yield client


def works(product: Product, key: str) -> bool:
    return product.get("/key", key).status_code == 200


def rotate(page: httpx.Client, key_id: str, hours: float) -> httpx.Response:
    return page.post("/api/keys/rotate", json={"id": key_id, "overlap_hours": hours})


@pytest.mark.parametrize("hours", [0, 1])
def test_a_keys_owner_is_shown_its_successor(
    product: Product, page: httpx.Client, hours: float
) -> None:
    old = page.post("/api/keys", json={"name": "bot"}).json()
    assert works(product, old["key"])
    answer = rotate(page, old["id"], hours)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["id"] != old["id"], made["name"]) == (True, "bot")
    assert works(product, made["key"])
    if hours:
        assert works(product, old["key"])
    else:
        wait_until(lambda: not works(product, old["key"]), 30, "the old key has ended")


def test_a_key_that_is_not_ones_own_has_no_successor(page: httpx.Client) -> None:
    assert rotate(page, "key_none", 1).status_code == 404
