"""The list of models as readers see it, and how it is searched, filtered and ordered."""

import re
from collections.abc import Callable, Mapping, Sequence
from math import inf
from typing import Any
from urllib.parse import urlencode

import msgspec

from hcai_app import clock, formatting, money
from hcai_app.services.models import colors, facts
from hcai_app.services.models.catalog import Catalog
from hcai_app.services.models.facts import ModelCard
from hcai_app.services.models.worth import worth
from hcai_app.settings import load_settings

NEW_S = 60 * 24 * 60 * 60
VARIES = "varies"
PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif")
PDF = "application/pdf"
MAX_QUERY = 100
# What can be chosen, by its name in the address: each value with its words.
CHOICES: dict[str, dict[str, str]] = {
    "out": {"": "All", "text": "Text", "image": "Images", "embeddings": "Embeddings"},
    "in": {
        "": "Takes anything",
        "image": "Takes images",
        "file": "Takes files",
        "audio": "Takes audio",
        "video": "Takes video",
    },
    "price": {
        "": "Any price",
        "free": "Free",
        "1": "Under $1 per million",
        "5": "Under $5 per million",
        "20": "Under $20 per million",
    },
    "context": {
        "": "Any context",
        "32000": "32k context or more",
        "128000": "128k context or more",
        "1000000": "1M context or more",
    },
    "sort": {
        "": "Our order",
        "price": "Cheapest first",
        "context": "Longest context first",
        "newest": "Newest first",
        "speed": "Fastest first",
        "name": "By name",
    },
}
CONTEXTS = {value: int(value) for value in CHOICES["context"] if value}
NO_PACES: Mapping[str, float] = {}
NUMBERS = re.compile(r"(\d+)")

Chosen = Mapping[str, str]


class ListedModel(msgspec.Struct, frozen=True, rename="camel"):
    """One model: formatted texts, and numbers to sort and filter by.

    `cost` (in and out together) and `dearest` are dollars for a million tokens; None: unknown.
    """

    id: str
    name: str
    maker: str
    color: str
    kind: str
    line: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    takes: tuple[str, ...]  # the media types of files that it may be sent
    context: int
    context_text: str
    price_in: str
    price_out: str
    each: str
    cost: float | None
    dearest: float | None
    is_free: bool
    created: int
    is_new: bool
    is_forbidden: bool
    reasons: bool
    tools: bool
    max_output: int
    parameters: tuple[str, ...]
    words: str  # what the budget buys
    is_unserved: bool = False


class _Listed:
    """The cached list and its cache key: catalog, edition and UTC day."""

    of: tuple[int, int, int] = (0, 0, 0)
    models: tuple[ListedModel, ...] = ()


async def listed(catalog: Catalog) -> tuple[ListedModel, ...]:
    """Return every allowed model in the configured order; the same object until something changes.

    Raises:
        Unavailable: When the provider has never answered yet.
    """
    await catalog.language_models()
    now_ms = clock.now_ms()
    # The mark of a new model depends on the calendar day, whatever the budget's period is.
    edition = catalog.edition + catalog.unserved.edition
    of = (id(catalog), edition, now_ms // clock.MS_PER_DAY)
    if _Listed.of != of:
        cards = await facts.listed(catalog)
        _Listed.models = tuple(
            model_row(card, now_ms // 1000, is_unserved=catalog.unserved.has(card.id))
            for card in cards
        )
        _Listed.of = of
    return _Listed.models


def model_row(card: ModelCard, now_s: int, *, is_unserved: bool = False) -> ListedModel:
    """Return a model as the list shows it."""
    return ListedModel(
        id=card.id,
        name=card.name,
        maker=card.maker,
        color=colors.color_of(colors.model_color_index(card.id)),
        kind=card.kind,
        line=card.line,
        inputs=card.inputs,
        outputs=card.outputs,
        takes=_files_taken(card),
        context=card.context,
        context_text=formatting.tokens(card.context) if card.context else formatting.NOTHING,
        **_prices(card),
        is_free=card.is_free,
        created=card.created_s,
        is_new=0 <= now_s - card.created_s < NEW_S,
        is_forbidden=card.terms.verdict == "forbidden",
        reasons=card.reasons,
        tools=card.uses_tools,
        max_output=card.max_output,
        parameters=card.parameters,
        is_unserved=is_unserved,
        words=worth(card, money.to_nanousd(load_settings().daily_budget_usd)),
    )


def _files_taken(card: ModelCard) -> tuple[str, ...]:
    """Return the types of files that a model may be sent.

    The provider reads PDFs for models that cannot do it themselves; not for those that draw.
    """
    pictures = PICTURES if "image" in card.inputs else ()
    reads = "file" in card.inputs or "image" not in card.outputs
    return (*pictures, PDF) if reads and card.kind != "embedding" else pictures


def chosen_in(query: Mapping[str, Any]) -> dict[str, str]:
    """Return what an address chooses; whatever cannot be chosen is left out."""
    words = str(query.get("q", ""))[:MAX_QUERY]
    named = {name: str(query.get(name, "")) for name in CHOICES}
    return {"q": words} | {
        name: value if value in CHOICES[name] else "" for name, value in named.items()
    }


def address_of(path: str, chosen: Chosen) -> str:
    """Return the address of a page with what is chosen."""
    query = urlencode({name: value for name, value in chosen.items() if value.strip()})
    return f"{path}?{query}" if query else path


def is_filtered(chosen: Chosen) -> bool:
    """Return whether something is left out; an order leaves nothing out."""
    return any(value.strip() for name, value in chosen.items() if name != "sort")


def find(
    models: Sequence[ListedModel], chosen: Chosen, paces: Mapping[str, float] = NO_PACES
) -> list[ListedModel]:
    """Return the models that fit what is chosen, in the chosen order.

    `paces` are the tokens a second that are measured of some of them.
    """
    words = chosen["q"].lower().split()
    found = [model for model in models if _fits(model, chosen, words)]
    if chosen["sort"] == "speed":
        return sorted(found, key=lambda model: -paces.get(model.id, 0.0))
    order = ORDERS.get(chosen["sort"])
    return sorted(found, key=order) if order else found


def _fits(model: ListedModel, chosen: Chosen, words: list[str]) -> bool:
    text = f"{model.name} {model.maker} {model.id} {model.line}".lower()
    return (
        all(word in text for word in words)
        and (not chosen["out"] or chosen["out"] in model.outputs)
        and (not chosen["in"] or chosen["in"] in model.inputs)
        and model.context >= CONTEXTS.get(chosen["context"], 0)
        and _is_cheap(model, chosen["price"])
    )


def _is_cheap(model: ListedModel, price: str) -> bool:
    if price in ("", "free"):
        return model.is_free if price else True
    return model.dearest is not None and model.dearest < float(price)


def _natural(model: ListedModel) -> list[tuple[int, int, str]]:
    """Return a key by which “9” comes before “10”."""
    parts = filter(None, NUMBERS.split(model.name.lower()))
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]


# Sorting keeps the order of equals, so that ties stay in ours; what is unknown comes last.
ORDERS: dict[str, Callable[[ListedModel], Any]] = {
    "price": lambda model: inf if model.cost is None else model.cost,
    "context": lambda model: -model.context,
    "newest": lambda model: -model.created,
    "name": _natural,
}


def _prices(card: ModelCard) -> dict[str, Any]:
    """Return the prices for a million tokens, or of one piece where that is what is paid for."""
    read, written = card.prices.get("prompt"), card.prices.get("completion")
    each, unit = _each(card)
    if each and not read and not written:
        texts = {"price_in": formatting.NOTHING, "price_out": formatting.usd(each), "each": unit}
        return {**texts, "cost": None, "dearest": None}
    known = [] if read is None or written is None else [read, written]
    return {
        "price_in": _text(card, read),
        "price_out": formatting.NOTHING if card.kind == "embedding" else _text(card, written),
        "each": f"+ {formatting.usd(each)} {unit}" if each else "",
        "cost": sum(known) / money.NANO if known else None,
        "dearest": max(known) / money.NANO if known else None,
    }


def _each(card: ModelCard) -> tuple[int, str]:
    """Return what a call costs by itself, or an image that is not paid for by its tokens."""
    if price := card.prices.get("request"):
        return price, "a call"
    if "image" in card.outputs and "image_output" not in card.prices:
        is_by_token = card.prices.get("completion")
        return (0 if is_by_token else card.prices.get("image", 0)), "an image"
    return 0, ""


def _text(card: ModelCard, price: int | None) -> str:
    if price is None:
        return VARIES
    return "free" if card.is_free else formatting.usd(price)
