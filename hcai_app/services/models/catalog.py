"""The model catalog: the provider's list cut down to the allowed models, with prices.

Which models are allowed depends on the settings alone, so a missing catalog stops no call: it is
then estimated at a fallback price.
"""

import asyncio
import difflib
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from hcai_app.errors import InvalidRequest, NotFound, UpstreamFailed
from hcai_app.loose_json import items_of, members_of
from hcai_app.refreshed import Refreshed
from hcai_app.services.models.prices import Prices, prices_from
from hcai_app.services.models.unserved import Unserved
from hcai_app.settings import ANY_MODEL

MAX_MODEL_ID = 200
# A variant such as `:free` or `:nitro`; the model before it is what must be allowed.
MODEL_ID = re.compile(r"[A-Za-z0-9][\w.\-]*/[\w.\-]+(:[a-z0-9\-]{1,32})?", re.ASCII)
# No more than this of an odd name is compared with the names that there are.
MAX_COMPARED = 60

T = TypeVar("T")
Model = dict[str, Any]
Fetch = Callable[[str], Awaitable[list[Model]]]
# What the provider says of who serves a model, as it stands; None: it knows no such model.
FetchEndpoints = Callable[[str], Awaitable[bytes | None]]
LANGUAGE_PATH = "/models?output_modalities=all"
EMBEDDING_PATH = "/embeddings/models"
EMBEDDINGS, IMAGE = "embeddings", "image"
FRESH_S = 300.0
# After a failure the provider is asked again so soon, and only when somebody wants the value.
RETRY_S = 5.0
# How long somebody waits for a first value: a client of OpenRouter's gives up after five seconds.
PATIENCE_S = 3.0
# Requests for endpoints at once, so that a provider which hangs takes no more of our connections.
MAX_FETCHES = 4


@dataclass(frozen=True, slots=True)
class Listing:
    """One fetch of the catalog."""

    models: dict[str, Model]
    prices: dict[str, Prices]
    embeddings: frozenset[str]  # the ids of what is asked at `/embeddings`


def _any(_model: str) -> bool:
    return True


class Catalog:
    """The catalog of one worker."""

    def __init__(
        self,
        fetch: Fetch,
        fetch_endpoints: FetchEndpoints,
        *,
        language: list[str],
        image: list[str],
        embedding: list[str],
        is_fit: Callable[[str], bool] = _any,
        why_off: Callable[[str], str | None] = lambda _model: None,
    ) -> None:
        self._fetch = fetch
        self._fetch_endpoints = fetch_endpoints
        self._fetching = asyncio.Semaphore(MAX_FETCHES)
        self.chat_models = [*language, *(name for name in image if name not in language)]
        self.image_models = image
        self.embedding_models = embedding
        self.offered = [*self.chat_models, *embedding]  # all, whatever is asked of them
        self._is_fit = is_fit  # for minors; asked of what a `*` lets in
        self._why_off = why_off  # None: it is on
        self._listing = _refreshed("list of models", self._fetch_listing)
        self.edition = 0  # grows with every change, so that what was made of one can be kept
        self._endpoints: dict[str, Refreshed[bytes]] = {}
        self.unserved = Unserved()

    @property
    def age_s(self) -> float | None:
        """How many seconds ago the provider was last asked with success; None: never."""
        return self._listing.age_s

    def check_allowed(self, model: str, allowed: list[str], param: str = "model") -> None:
        """Refuse a model that is not offered.

        Raises:
            InvalidRequest: Naming the nearest ones that are.
        """
        if self._is_offered(model, allowed):
            return
        near = self.nearest(model, allowed)
        path = EMBEDDING_PATH if allowed is self.embedding_models else "/models"
        raise InvalidRequest(
            f"The model {model[:MAX_MODEL_ID]!r} is not offered here{self._why(model)}."
            f"{_in_words(near)} All are listed at /proxy/v1{path}.",
            param=param,
            metadata={"nearest": near},
        )

    def knows(self, model: str) -> bool:
        """Whether there is such a model, offered or not: other names are a client's own words."""
        known = self._listing.value.models if self._listing.value else {}
        base = model.split(":", 1)[0]
        return base in known or base in self.offered

    def prices_of(self, model: str) -> Prices:
        """Return what a model costs; a fallback while that is not known."""
        self.refresh_if_stale()
        prices = self._listing.value.prices if self._listing.value else {}
        return prices.get(model) or prices.get(model.split(":", 1)[0]) or Prices()

    async def language_models(self) -> list[Model]:
        """Return the allowed language and image models, as `listed` does."""
        return await self.listed(self.chat_models)

    async def embedders(self) -> list[Model]:
        """Return the allowed embedding models, as `listed` does."""
        return await self.listed(self.embedding_models)

    async def listed(self, allowed: list[str]) -> list[Model]:
        """Return the models of one of our three lists, in the configured order.

        Raises:
            Unavailable: When the provider has never answered yet.
        """
        listing = await self._listing.get()
        ordered = _in_order(listing, allowed, self._of_kind(listing, allowed))
        return [model for model in ordered if self._why_off(model["id"]) is None]

    async def model(self, name: str) -> Model:
        """Return one allowed model.

        Raises:
            NotFound: When it is not allowed, or the provider has no such model.
            Unavailable: When the provider has never answered yet.
        """
        if not self._is_offered(name, self.offered):
            raise self.unknown(name)
        known = (await self._listing.get()).models
        model = known.get(name) or known.get(name.split(":", 1)[0])
        if model is None:
            raise self.unknown(name)
        return model

    async def endpoints(self, name: str) -> bytes:
        """Return who serves an allowed model, as the provider says it.

        Raises:
            NotFound: When it is not allowed, or the provider has no such model.
            Unavailable: When the provider has never answered yet.
        """
        model = (await self.model(name))["id"]
        copy = self._endpoints.get(model)
        if copy is None:
            fetch = partial(self._fetch_endpoints_of, model)
            copy = self._endpoints[model] = _refreshed(f"list of {model}'s endpoints", fetch)
        known = await copy.get()
        if not known:
            raise self.unknown(name)
        return known

    def nearest(self, model: str, allowed: list[str] | None = None) -> list[str]:
        """Return the allowed ids that a wrong one may have meant, the nearest first."""
        allowed = self.offered if allowed is None else allowed
        names = [name for name in allowed if name != ANY_MODEL and self._why_off(name) is None]
        if ANY_MODEL in allowed and self._listing.value is not None:
            names += self._of_kind(self._listing.value, allowed)
        base = model.split(":", 1)[0][:MAX_COMPARED]
        return difflib.get_close_matches(base, dict.fromkeys(names), 3, 0)

    def unknown(self, name: str) -> NotFound:
        """Return the error for a model that there is not, with the nearest that there are."""
        near = self.nearest(name)
        return NotFound(
            f"There is no model {name[:MAX_MODEL_ID]!r} here.{_in_words(near)} All are listed at "
            f"/proxy/v1/models and /proxy/v1{EMBEDDING_PATH}.",
            metadata={"nearest": near},
        )

    def _is_offered(self, model: str, allowed: list[str]) -> bool:
        return is_allowed(model, allowed) and self._is_shown(model)

    def _is_shown(self, model: str) -> bool:
        return self._is_fit(model) and self._why_off(model) is None

    def _why(self, model: str) -> str:
        if not self._is_fit(model):
            return ", as its maker's terms rule out under-18s"
        reason = self._why_off(model)
        return "" if reason is None else f" for now: {reason.rstrip('.')}"

    def _of_kind(self, listing: Listing, allowed: list[str]) -> list[str]:
        """Return the names of all models that one of the three lists could hold."""
        fit = {name: model for name, model in listing.models.items() if self._is_shown(name)}
        if allowed is self.embedding_models:
            return [name for name in fit if name in listing.embeddings]
        if allowed is self.image_models:
            return [name for name, model in fit.items() if IMAGE in outputs_of(model)]
        return [name for name in fit if name not in listing.embeddings]

    def change(self) -> None:
        """Note that other models are on or off than before."""
        self.edition += 1

    def refresh_if_stale(self) -> None:
        """Start a refresh in the background when the copy is old and none is under way."""
        self._listing.refresh_if_stale()

    async def _fetch_listing(self) -> Listing:
        models = await self._fetch(LANGUAGE_PATH)
        embedders = await self._fetch(EMBEDDING_PATH)
        by_id = {name: model for model in [*models, *embedders] if (name := _id_of(model))}
        if not models or (self.embedding_models and not embedders):
            raise UpstreamFailed("A list of the provider's models is empty.")
        prices = {name: prices_from(model) for name, model in by_id.items()}
        embeddings = {name for model in embedders if (name := _id_of(model))}
        embeddings |= {name for name, model in by_id.items() if EMBEDDINGS in outputs_of(model)}
        self.edition += 1
        return Listing(by_id, prices, frozenset(embeddings))

    async def _fetch_endpoints_of(self, model: str) -> bytes:
        """Return the provider's answer; nothing when it knows no such model."""
        async with self._fetching:
            found = await self._fetch_endpoints(model)
        if found is None and self._endpoints[model].value:
            # Its catalogue still lists the model: more likely it is broken than the model gone.
            raise UpstreamFailed("The provider has forgotten who serves it.")
        return found or b""


def _refreshed(name: str, fetch: Callable[[], Awaitable[T]]) -> Refreshed[T]:
    return Refreshed(name, fetch, fresh_s=FRESH_S, retry_s=RETRY_S, patience_s=PATIENCE_S)


def _in_words(near: list[str]) -> str:
    return f" The nearest are: {', '.join(near)}." if near else ""


def is_allowed(model: str, allowed: list[str]) -> bool:
    """Tell whether a name is one, and names an allowed model or a variant of one."""
    if len(model) > MAX_MODEL_ID or MODEL_ID.fullmatch(model) is None:
        return False
    return ANY_MODEL in allowed or model in allowed or model.split(":", 1)[0] in allowed


def outputs_of(model: Model) -> list[Any]:
    """Return what comes out of a model: text, image, embeddings …."""
    return items_of(members_of(model.get("architecture")).get("output_modalities"))


def _in_order(listing: Listing, allowed: list[str], others: Iterable[str]) -> list[Model]:
    """Return the named models, and the others where a `*` stands."""
    names = dict.fromkeys(name for name in allowed if name != ANY_MODEL)
    if ANY_MODEL in allowed:
        names |= dict.fromkeys(others)
    return [listing.models[name] for name in names if name in listing.models]


def _id_of(model: Model) -> str | None:
    name = model.get("id")
    return name if isinstance(name, str) and MODEL_ID.fullmatch(name) else None
