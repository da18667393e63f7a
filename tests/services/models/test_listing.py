"""The list of models: what is chosen is found, in order, and stands in the address."""

from typing import Any

import pytest

from hcai_app.services.models import listing
from hcai_app.services.models.listing import ListedModel

COMMON: dict[str, Any] = {
    "color": "",
    "kind": "chat",
    "line": "",
    "inputs": ("text",),
    "outputs": ("text",),
    "takes": (),
    "context_text": "",
    "price_in": "",
    "price_out": "",
    "each": "",
    "is_free": False,
    "is_new": False,
    "is_forbidden": False,
    "reasons": False,
    "tools": False,
    "max_output": 0,
    "parameters": (),
    "words": "",
}


def model(name: str, words: str, maker: str, **more: Any) -> ListedModel:
    return ListedModel(**{**COMMON, "id": name, "name": words, "maker": maker, **more})


MODELS = (
    model("a/first", "First", "Acme", cost=3, dearest=2, context=32_000, created=4),
    model(
        "b/free",
        "Zero",
        "Bolt",
        cost=0,
        dearest=0,
        is_free=True,
        context=128_000,
        created=2,
        line="Sings a song.",
    ),
    model(
        "c/eyes",
        "Eyes 10",
        "Cube",
        cost=0.5,
        dearest=0.4,
        context=1_048_576,
        created=3,
        inputs=("text", "image"),
        outputs=("image",),
    ),
    model("d/router", "Eyes 9", "Dyne", cost=None, dearest=None, context=8_000, created=1),
)
FOUND = [
    ({}, "abcd"),
    ({"q": "eyes"}, "cd"),
    ({"q": "BOLT song"}, "b"),
    ({"q": "song acme"}, ""),
    ({"out": "image"}, "c"),
    ({"in": "image"}, "c"),
    ({"price": "free"}, "b"),
    ({"price": "1"}, "bc"),
    ({"context": "128000"}, "bc"),
    ({"sort": "price"}, "bcad"),
    ({"sort": "context"}, "cbad"),
    ({"sort": "newest"}, "acbd"),
    ({"sort": "name"}, "dcab"),
    ({"q": "eyes", "sort": "name"}, "dc"),
]


@pytest.mark.parametrize(("query", "letters"), FOUND)
def test_what_is_chosen_is_found_in_order(query: dict[str, str], letters: str) -> None:
    found = listing.find(MODELS, listing.chosen_in(query))
    assert "".join(one.id[0] for one in found) == letters


def test_the_address_keeps_what_is_chosen_and_nothing_else() -> None:
    query = {"q": "eyes", "price": "1", "sort": "name", "out": "nothing", "evil": "1"}
    chosen = listing.chosen_in(query)
    assert listing.address_of("/models", chosen) == "/models?q=eyes&price=1&sort=name"
    assert listing.is_filtered(chosen)


def test_an_order_is_no_filter() -> None:
    chosen = listing.chosen_in({"sort": "price"})
    assert listing.address_of("/models", chosen) == "/models?sort=price"
    assert not listing.is_filtered(chosen)


def test_the_fastest_come_first_and_the_unmeasured_last() -> None:
    chosen = listing.chosen_in({"sort": "speed"})
    found = listing.find(MODELS, chosen, {"c/eyes": 30.0, "d/router": 200.5})
    assert "".join(one.id[0] for one in found) == "dcab"
