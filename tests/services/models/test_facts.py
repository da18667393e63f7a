"""What a person reads of a catalogue entry, whatever the provider writes into it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcai_app.errors import NotFound
from hcai_app.services.models import facts
from hcai_app.services.models.catalog import LANGUAGE_PATH, Catalog

DRAWS = {"output_modalities": ["image", "text"], "input_modalities": ["file", "text"]}
FAST: dict[str, Any] = {
    "id": "acme/fast-1.5",
    "name": "Acme: Fast 1.5",
    "description": "**Quick** and [small](https://x.test). It also sings.",
    "created": 1_760_000_000,
    "context_length": 128_000,
    "architecture": {"input_modalities": ["image", "text"], "output_modalities": ["text"]},
    "pricing": {"prompt": "0.00000025", "completion": "0.000002", "image": "0.001", "request": 0},
    "top_provider": {"max_completion_tokens": 4_096},
    "supported_parameters": ["tools", "reasoning", "top_p"],
    "knowledge_cutoff": "2026-01",
}
DRAWER = {"id": "acme/draws", "architecture": DRAWS}
EMBEDDER = {"id": "acme/embeds", "architecture": {"output_modalities": ["embeddings"]}}


def catalog_of(*models: dict[str, Any]) -> Catalog:
    async def fetch(path: str) -> list[dict[str, Any]]:
        return list(models) if path == LANGUAGE_PATH else [EMBEDDER]

    async def nobody(_: str) -> None:
        return None

    allowed = [model["id"] for model in models]
    return Catalog(fetch, nobody, language=allowed, image=["acme/draws"], embedding=["acme/embeds"])


async def test_every_allowed_model_is_listed_once_with_its_kind() -> None:
    cards = await facts.listed(catalog_of(FAST, DRAWER))
    assert [(card.id, card.kind) for card in cards] == [
        ("acme/fast-1.5", "chat"),
        ("acme/draws", "image"),
        ("acme/embeds", "embedding"),
    ]


async def test_a_model_that_draws_but_is_no_image_model_here_is_asked_in_a_chat() -> None:
    (card, _) = await facts.listed(catalog_of({**DRAWER, "id": "acme/draws-too"}))
    assert card.kind == "chat"


async def test_the_facts_of_a_model_are_the_providers() -> None:
    found = await facts.facts(catalog_of(FAST), "acme/fast-1.5")
    card = found.card
    assert (card.name, card.maker, card.line) == ("Fast 1.5", "Acme", "Quick and small.")
    assert (card.context, card.max_output) == (128_000, 4_096)
    assert (card.inputs, card.outputs) == (("text", "image"), ("text",))
    assert (card.reasons, card.uses_tools, card.is_free) == (True, True, False)
    assert found.description == "Quick and small. It also sings."
    assert found.knowledge_until == "2026-01"


async def test_prices_are_for_a_million_tokens_or_for_one_piece() -> None:
    prices = (await facts.facts(catalog_of(FAST), "acme/fast-1.5")).card.prices
    assert prices["prompt"] == 250_000_000
    assert prices["completion"] == 2_000_000_000
    assert prices["image"] == 1_000_000


@pytest.mark.parametrize("price", ["-1", "nan", "1e9", None, {}, "a lot"])
def test_a_price_that_is_none_is_unknown(price: Any) -> None:
    model = {**FAST, "pricing": {"prompt": price, "completion": price}}
    assert facts.card_of(model, "chat").prices == {}


def test_free_is_what_costs_nothing_in_every_unit() -> None:
    free = {**FAST, "pricing": {"prompt": "0", "completion": "0"}}
    paid_by_call = {**FAST, "pricing": {"prompt": "0", "completion": "0", "request": "0.01"}}
    assert facts.card_of(free, "chat").is_free
    assert not facts.card_of(paid_by_call, "chat").is_free


async def test_a_model_that_is_not_allowed_is_not_shown() -> None:
    with pytest.raises(NotFound):
        await facts.facts(catalog_of(FAST), "acme/other")


async def test_the_nearest_ids_are_named() -> None:
    assert catalog_of(FAST, DRAWER).nearest("acme/fast-15")[0] == "acme/fast-1.5"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("One. Two.", "One."),
        ("Version 2.5 is out! Really.", "Version 2.5 is out!"),
        ("no end", "no end"),
        ("", ""),
        ("First line\nsecond line", "First line"),
        ("word " * 60, "word " * 23 + "word …"),
    ],
)
def test_the_line_is_the_first_sentence(text: str, line: str) -> None:
    assert facts.first_sentence(text) == line


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(FAST)), ANYTHING))
def test_no_odd_entry_breaks_the_list(odd: dict[str, Any]) -> None:
    card = facts.card_of({**FAST, **odd, "id": "acme/fast-1.5"}, "chat")
    assert len(card.name) <= facts.MAX_NAME
    assert len(card.line) <= facts.MAX_LINE + 2
