"""The simulator's models, read from `listings.toml`, as in the real catalog.

Prices are USD per unit as decimal strings, as on the wire.
"""

import tomllib
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import msgspec

TEXT = ("text",)


@dataclass(frozen=True, eq=False)
class SimulatedModel:
    """One model of the listings."""

    id: str
    name: str
    description: str
    prompt: str
    completion: str
    context: int | None = 131_072
    max_output: int | None = None
    inputs: tuple[str, ...] = TEXT
    outputs: tuple[str, ...] = TEXT
    tokenizer: str = "Other"
    created: int = 1_754_000_000
    prices: dict[str, str] = field(default_factory=dict)
    reasons: bool = False
    dimensions: int = 0

    @property
    def author(self) -> str:
        """Return the part of the id before the slash."""
        return self.id.partition("/")[0]

    def price(self, unit: str) -> Decimal:
        """Return the price of one unit in USD; 0 if it is not charged."""
        known = {"prompt": self.prompt, "completion": self.completion, **self.prices}
        # Routers list -1, which stands for "whatever the chosen model costs".
        return max(Decimal(known.get(unit, "0")), Decimal(0))


class _Offer(msgspec.Struct):
    chat: tuple[SimulatedModel, ...]
    embedding: tuple[SimulatedModel, ...]


_OFFER = msgspec.convert(
    tomllib.loads(Path(__file__).with_suffix(".toml").read_text()), type=_Offer
)
CHAT_MODELS, EMBEDDING_MODELS = _OFFER.chat, _OFFER.embedding
LISTINGS: dict[str, SimulatedModel] = {model.id: model for model in CHAT_MODELS + EMBEDDING_MODELS}
ROUTER = "openrouter/auto"
ROUTED_TO = "openai/gpt-5-mini"
VARIANTS = frozenset({"nitro", "floor", "online", "thinking", "extended", "exacto"})


def find(model_id: str) -> SimulatedModel | None:
    """Return the listing of an id, without routing suffixes such as `:nitro`."""
    listing = LISTINGS.get(model_id)
    if listing is None:
        base, _, variant = model_id.partition(":")
        listing = LISTINGS.get(base) if variant in VARIANTS else None
    return listing
