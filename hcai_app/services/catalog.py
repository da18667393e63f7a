"""The model catalogue: what the provider offers, cut down to the allowed models, and its prices.

One request at a time fetches it, every five minutes at most; when the provider is down the last
copy serves on. Which models are allowed depends on the settings alone, so a missing catalogue stops
no call: it is then estimated at a fallback price.
"""

import asyncio
import difflib
import logging
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from hcai_app import money
from hcai_app.errors import HcaiError, InvalidRequest, Unavailable
from hcai_app.lenient import members_of

log = logging.getLogger(__name__)

FRESH_S = 300.0
RETRY_S = 5.0
ANY = "*"
MAX_MODEL_ID = 200
# A variant such as `:free` or `:nitro`; the model before it is what must be allowed.
MODEL_ID = re.compile(r"[A-Za-z0-9][\w.\-]*/[\w.\-]+(:[a-z0-9\-]{1,32})?")
# Estimates for a model of unknown price: dearer than most, in nano-dollars a token.
FALLBACK_PROMPT = 10_000
FALLBACK_COMPLETION = 30_000
# Dearer than any image or request; more is a broken figure.
MAX_PRICE_USD = 1_000
MAX_ASSUMED_OUTPUT = 8_192
# No model writes more; a larger `max_tokens` would make a figure that no column holds.
MAX_OUTPUT = 1_000_000
BYTES_PER_TOKEN = 4

Model = dict[str, Any]
Fetch = Callable[[str], Awaitable[list[Model]]]
LANGUAGE_PATH = "/models?output_modalities=all"
EMBEDDING_PATH = "/embeddings/models"


@dataclass(frozen=True, slots=True)
class Prices:
    """A model's prices, in nano-dollars a unit."""

    prompt: int = FALLBACK_PROMPT
    completion: int = FALLBACK_COMPLETION
    request: int = 0
    max_output: int = 0  # tokens; 0: unknown
    context: int = 0  # tokens; 0: unknown


@dataclass(frozen=True, slots=True)
class Listing:
    """One fetch of the catalogue."""

    models: dict[str, Model]
    prices: dict[str, Prices]
    fetched_at: float


class Catalog:
    """The catalogue of one worker."""

    def __init__(
        self, fetch: Fetch, *, language: list[str], image: list[str], embedding: list[str]
    ) -> None:
        self._fetch = fetch
        self.chat_models = [*language, *(name for name in image if name not in language)]
        self.embedding_models = embedding
        self._listing = Listing({}, {}, -FRESH_S)
        self._refreshing: asyncio.Task[None] | None = None
        self._retry_at = 0.0

    def check_allowed(self, model: str, allowed: list[str], param: str = "model") -> None:
        """Refuse a model that is not offered.

        Raises:
            InvalidRequest: Naming the nearest ones that are.
        """
        base = model.split(":", 1)[0]
        is_name = len(model) <= MAX_MODEL_ID and MODEL_ID.fullmatch(model) is not None
        if is_name and (ANY in allowed or model in allowed or base in allowed):
            return
        near = difflib.get_close_matches(base[:MAX_MODEL_ID], allowed, 3, 0)
        raise InvalidRequest(
            f"The model {model[:MAX_MODEL_ID]!r} is not offered here. The nearest are: "
            f"{', '.join(near)}. All are listed at /proxy/v1/models.",
            param=param,
            metadata={"nearest": near},
        )

    def prices_of(self, model: str) -> Prices:
        """Return what a model costs; a fallback while that is not known."""
        self.refresh_if_stale()
        prices = self._listing.prices
        return prices.get(model) or prices.get(model.split(":", 1)[0]) or Prices()

    async def models(self, allowed: list[str]) -> list[Model]:
        """Return the allowed models in the configured order.

        Raises:
            Unavailable: When the provider has never answered yet.
        """
        if not self._listing.models:
            await self._refresh_once()
        self.refresh_if_stale()
        known = self._listing.models
        if not known:
            raise Unavailable("The list of models is not there yet; try again in a moment.", 5)
        if ANY in allowed:
            return list(known.values())
        return [known[name] for name in allowed if name in known]

    def refresh_if_stale(self) -> None:
        """Start a refresh in the background when the copy is old and none is under way."""
        now = time.monotonic()
        if now - self._listing.fetched_at >= FRESH_S and now >= self._retry_at:
            self._start_refresh()

    async def _refresh_once(self) -> None:
        if self._refreshing is None and time.monotonic() < self._retry_at:
            return
        await asyncio.shield(self._start_refresh())

    def _start_refresh(self) -> asyncio.Task[None]:
        if self._refreshing is None:
            self._refreshing = asyncio.create_task(self._refresh(), name="catalogue")
        return self._refreshing

    async def _refresh(self) -> None:
        try:
            models = [*await self._fetch(LANGUAGE_PATH), *await self._fetch(EMBEDDING_PATH)]
            by_id = {model["id"]: model for model in models if isinstance(model.get("id"), str)}
            prices = {name: prices_from(model) for name, model in by_id.items()}
            self._listing = Listing(by_id, prices, time.monotonic())
        except HcaiError as error:
            log.warning("the catalogue stays as it was: %s", error.message)
            self._retry_at = time.monotonic() + RETRY_S
        finally:
            self._refreshing = None


def estimate(prices: Prices, *, body_bytes: int, max_tokens: int | None, answers: int = 1) -> int:
    """Return what a call may cost, in nano-dollars: the amount that is reserved for it."""
    prompt_tokens = body_bytes // BYTES_PER_TOKEN + 1
    if prices.context:
        prompt_tokens = min(prompt_tokens, prices.context)
    output_tokens = MAX_ASSUMED_OUTPUT if max_tokens is None else min(max_tokens, MAX_OUTPUT)
    if prices.max_output:
        output_tokens = min(output_tokens, prices.max_output)
    cost = prompt_tokens * prices.prompt + answers * output_tokens * prices.completion
    return max(1, cost + prices.request)


def prices_from(model: Model) -> Prices:
    """Read a catalogue entry's prices; what is missing or dynamic (-1) takes the fallback."""
    pricing = members_of(model.get("pricing"))
    top = members_of(model.get("top_provider"))
    completion = _price(pricing.get("completion"), FALLBACK_COMPLETION)
    return Prices(
        prompt=_price(pricing.get("prompt"), FALLBACK_PROMPT),
        completion=max(completion, _price(pricing.get("image_output"), 0)),
        request=_price(pricing.get("request"), 0),
        max_output=_whole(top.get("max_completion_tokens")),
        context=_whole(model.get("context_length")),
    )


def _price(value: Any, fallback: int) -> int:
    """Return nano-dollars a unit, rounded up so that no price becomes nothing."""
    try:
        price = Decimal(str(value))
    except InvalidOperation:
        return fallback
    is_price = price.is_finite() and 0 <= price < MAX_PRICE_USD
    return int((price * money.NANO).to_integral_value("ROUND_CEILING")) if is_price else fallback


def _whole(value: Any) -> int:
    is_whole = isinstance(value, int) and not isinstance(value, bool) and value > 0
    return value if is_whole else 0
