"""The search of the list of models (assets/model-search.mjs), run by Node as the browser does."""

from typing import Any

import pytest

from tests.harness.node import evaluate

MODELS: list[dict[str, Any]] = [
    {"id": "a/first", "name": "First", "maker": "Acme", "cost": 3.0, "dearest": 2.0},
    {"id": "b/free", "name": "Zero", "maker": "Bolt", "cost": 0.0, "dearest": 0.0, "isFree": True},
    {"id": "c/eyes", "name": "Eyes 10", "maker": "Cube", "cost": 0.5, "dearest": 0.4},
    {"id": "d/router", "name": "Eyes 9", "maker": "Dyne", "cost": None, "dearest": None},
]
COMMON = {"line": "", "inputs": ["text"], "outputs": ["text"], "isFree": False}
DETAILS = [
    {"context": 32_000, "created": 4},
    {"context": 128_000, "created": 2, "line": "Sings a song."},
    {"context": 1_048_576, "created": 3, "inputs": ["text", "image"], "outputs": ["image"]},
    {"context": 8_000, "created": 1},
]
SCRIPT = """
const [models, address] = given;
const chosen = module.fromAddress(address);
const found = module.find(module.prepared(models), chosen).map((model) => model.id[0]).join("");
return [found, module.toAddress(chosen), module.isFiltered(chosen)];
"""


def search(address: str) -> tuple[str, str, bool]:
    """The first letters of what is found, the address again, and whether that is a filter."""
    models = [{**COMMON, **model, **more} for model, more in zip(MODELS, DETAILS, strict=True)]
    found, again, is_filtered = evaluate("model-search.mjs", SCRIPT, [models, address])
    return found, again, is_filtered


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("", "abcd"),
        ("?q=eyes", "cd"),
        ("?q=BOLT+song", "b"),
        ("?q=song+acme", ""),
        ("?out=image", "c"),
        ("?in=image", "c"),
        ("?price=free", "b"),
        ("?price=1", "bc"),
        ("?context=128000", "bc"),
        ("?sort=price", "bcad"),
        ("?sort=context", "cbad"),
        ("?sort=newest", "acbd"),
        ("?sort=name", "dcab"),
        ("?q=eyes&sort=name", "dc"),
    ],
)
def test_what_is_chosen_is_found_in_order(address: str, found: str) -> None:
    assert search(address)[0] == found


def test_the_address_keeps_what_is_chosen_and_nothing_else() -> None:
    given = "?q=eyes&price=1&sort=name&out=nothing&evil=1"
    assert search(given)[1:] == ("?q=eyes&price=1&sort=name", True)


def test_an_order_is_no_filter() -> None:
    assert search("?sort=price")[1:] == ("?sort=price", False)
