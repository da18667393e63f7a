"""What a budget buys, in words."""

from dataclasses import replace

import pytest

from hcai_app.services.models.facts import ModelCard
from hcai_app.services.models.worth import worth
from hcai_app.settings.maker_terms import Terms

CARD = ModelCard(
    id="a/b",
    name="B",
    maker="A",
    line="",
    kind="chat",
    context=0,
    inputs=("text",),
    outputs=("text",),
    prices={},
    created_s=0,
    max_output=0,
    parameters=(),
    reasons=False,
    uses_tools=False,
    terms=Terms("a", "allowed", "", "", ""),
)
BUDGET = 4_000_000_000
PICTURES = {"kind": "image", "outputs": ("image", "text")}


@pytest.mark.parametrize(
    ("card", "words"),
    [
        ({"prices": {"prompt": 0, "completion": 0}}, "free"),
        ({"prices": {}}, ""),
        ({"prices": {"prompt": 10**9, "completion": 6 * 10**9}}, "$4.00 buys about 950 pages"),
        (
            {**PICTURES, "prices": {"prompt": 1, "image": 40_000_000}},
            "$4.00 buys about 100 pictures",
        ),
        ({**PICTURES, "prices": {"image_output": 30 * 10**9}}, "$4.00 buys about 100 pictures"),
        ({"prices": {"completion": 5000 * 10**9}}, "$4.00 buys about 1 page"),
    ],
)
def test_a_budget_is_told_in_pages_or_pictures(card: dict[str, object], words: str) -> None:
    assert worth(replace(CARD, **card), BUDGET) == words  # pyright: ignore[reportArgumentType]
