"""The catalog for readers: short plain-text facts of each allowed model.

What the provider writes is read leniently and cut to a length: its descriptions hold Markdown and
may hold anything.
"""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from hcai_app import money
from hcai_app.loose_json import items_of, members_of
from hcai_app.services.models import catalog, curated, prices
from hcai_app.services.models.catalog import Catalog, Model
from hcai_app.settings.maker_terms import Terms, terms_of

Kind = Literal["chat", "image", "embedding"]

MAX_NAME, MAX_LINE, MAX_DESCRIPTION, MAX_ITEMS = 80, 120, 6_000, 60
MILLION = 1_000_000
TEXT_ONLY = ("text",)
# The order in which people read what goes in and out; what else there is follows.
MODALITIES = ("text", "image", "file", "audio", "video")
# The provider's names of prices that are for a token; the others are for one image, call, search.
BY_TOKEN = (
    "prompt",
    "completion",
    "input_cache_read",
    "input_cache_write",
    "internal_reasoning",
    "image_output",
    "audio",
    "audio_output",
)
BY_ONE = ("image", "request", "web_search")
MARKDOWN_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)")
MARKDOWN_SIGNS = re.compile(r"\*\*|__|`|^#+ ", re.MULTILINE)
SENTENCE = re.compile(r".+?[.!?](?=\s|$)|.+", re.DOTALL)
WORD = re.compile(r"[\w.+\-]{1,40}")


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One allowed model. Prices are nano-dollars for a million tokens, or for one piece."""

    id: str
    name: str
    maker: str
    line: str
    kind: Kind
    context: int  # tokens; 0: unknown
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    prices: dict[str, int]  # what is missing is unknown, or differs from call to call
    created_s: int
    max_output: int  # tokens; 0: unknown
    parameters: tuple[str, ...]  # of a request, by the provider's names
    reasons: bool
    uses_tools: bool
    terms: Terms  # of its maker, for minors

    @property
    def is_free(self) -> bool:
        """Whether every price is known and nothing."""
        known = {"prompt", "completion"} <= self.prices.keys()
        return known and not any(self.prices.values())


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """One model with all that there is to tell."""

    card: ModelCard
    description: str
    knowledge_until: str


async def listed(source: Catalog) -> list[ModelCard]:
    """Return every allowed model, in the configured order.

    Raises:
        Unavailable: When the provider has never answered yet.
    """
    chat = await source.language_models()
    embedders = await source.embedders()
    found = {model["id"]: card_of(model, _kind_of(model, source)) for model in chat}
    return [*(found | {model["id"]: card_of(model, "embedding") for model in embedders}).values()]


async def facts(source: Catalog, name: str) -> ModelFacts:
    """Return one allowed model.

    Raises:
        NotFound: When it is not allowed, or the provider has no such model.
        Unavailable: When the provider has never answered yet.
    """
    model = await source.model(name)
    is_embedder = any(model is embedder for embedder in await source.embedders())
    return ModelFacts(
        card=card_of(model, "embedding" if is_embedder else _kind_of(model, source)),
        description=plain(_text(model.get("description")))[:MAX_DESCRIPTION],
        knowledge_until=_text(model.get("knowledge_cutoff"))[:MAX_NAME],
    )


def card_of(model: Model, kind: Kind) -> ModelCard:
    """Return the public view of a catalog entry."""
    architecture = members_of(model.get("architecture"))
    top = members_of(model.get("top_provider"))
    parameters = _words(model.get("supported_parameters"))
    words = _words_for(model)
    return ModelCard(
        id=model["id"],
        name=words.name,
        maker=words.maker,
        line=words.line,
        kind=kind,
        context=_whole(model.get("context_length")),
        inputs=_modalities(architecture.get("input_modalities")),
        outputs=_modalities(architecture.get("output_modalities")),
        prices=_prices(members_of(model.get("pricing"))),
        created_s=_whole(model.get("created")),
        max_output=_whole(top.get("max_completion_tokens")),
        parameters=parameters,
        reasons="reasoning" in parameters or bool(members_of(model.get("reasoning"))),
        uses_tools="tools" in parameters,
        terms=terms_of(model["id"]),
    )


def plain(text: str) -> str:
    """Return Markdown as the text that it is."""
    return MARKDOWN_SIGNS.sub("", MARKDOWN_LINK.sub(r"\1", text)).strip()


def first_sentence(text: str) -> str:
    """Return how a text begins, cut after a word when it goes on for too long."""
    start = " ".join(plain(text[:MAX_DESCRIPTION]).split("\n")[0].split())
    match = SENTENCE.match(start)
    sentence = match.group() if match else ""
    if len(sentence) <= MAX_LINE:
        return sentence
    return sentence[:MAX_LINE].rsplit(" ", 1)[0].rstrip(",;: ") + " …"


def _words_for(model: Model) -> curated.Card:
    """Return the name, maker and line written by people, or else the provider's."""
    name: str = model["id"]
    if name in curated.CARDS:
        return curated.CARDS[name]
    bare = curated.card_of(name)
    maker, colon, own = _text(model.get("name")).partition(": ")
    named = (own, maker) if colon else (maker or bare.name, bare.maker)
    line = first_sentence(_text(model.get("description")))
    return curated.Card(named[0][:MAX_NAME], named[1][:MAX_NAME], line)


def _kind_of(model: Model, source: Catalog) -> Kind:
    draws = "image" in catalog.outputs_of(model)
    return "image" if draws and catalog.is_allowed(model["id"], source.image_models) else "chat"


def _prices(pricing: dict[str, Any]) -> dict[str, int]:
    units = dict.fromkeys(BY_TOKEN, MILLION) | dict.fromkeys(BY_ONE, 1)
    found = {name: _price(pricing.get(name), units[name]) for name in units}
    return {name: price for name, price in found.items() if price is not None}


def _price(value: Any, units: int) -> int | None:
    try:
        price = Decimal(str(value))
    except InvalidOperation:
        return None
    is_price = price.is_finite() and 0 <= price < prices.MAX_PRICE_USD
    return money.to_nanousd(price * units) if is_price else None


def _modalities(value: Any) -> tuple[str, ...]:
    given = _words(value)
    first = [kind for kind in MODALITIES if kind in given]
    return tuple(dict.fromkeys([*first, *given])) or TEXT_ONLY


def _words(value: Any) -> tuple[str, ...]:
    found = [word for word in items_of(value) if isinstance(word, str) and WORD.fullmatch(word)]
    return tuple(dict.fromkeys(found))[:MAX_ITEMS]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _whole(value: Any) -> int:
    is_whole = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**53
    return value if is_whole else 0
