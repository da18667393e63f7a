"""The search of the list of models (assets/model-search.mjs), run by Node as the browser does."""

import json
import shutil
import subprocess
from typing import Any

import pytest

from tests.clients.node.clients import PATH
from tests.harness.databases import missing
from tests.harness.processes import ROOT

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
import * as search from {module};
const [models, address] = JSON.parse(process.argv[2] ?? process.argv[1]);
const chosen = search.fromAddress(address);
const found = search.find(search.prepared(models), chosen).map((model) => model.id[0]).join("");
console.log(JSON.stringify([found, search.toAddress(chosen), search.isFiltered(chosen)]));
"""


def search(address: str) -> tuple[str, str, bool]:
    """The first letters of what is found, the address again, and whether that is a filter."""
    node = shutil.which("node", path=PATH)
    if node is None:
        missing("node")
    models = [{**COMMON, **model, **more} for model, more in zip(MODELS, DETAILS, strict=True)]
    module = json.dumps((ROOT / "assets" / "model-search.mjs").as_uri())
    done = subprocess.run(
        [
            str(node),
            "--input-type=module",
            "--eval",
            SCRIPT.replace("{module}", module),
            "--",
            json.dumps([models, address]),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    found, again, is_filtered = json.loads(done.stdout)
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
