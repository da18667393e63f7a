"""State of a model's page: facts and examples, or why there are none."""

from dataclasses import replace
from urllib.parse import unquote

import reflex as rx

from hcai_app import formatting, money
from hcai_app.docs.examples import calls, highlight, library, powershell
from hcai_app.errors import NotFound, Unavailable
from hcai_app.services.models import colors, facts
from hcai_app.services.models.faces import face_of
from hcai_app.services.models.facts import ModelCard, ModelFacts
from hcai_app.services.models.worth import worth
from hcai_app.settings import load_settings
from hcai_app.ui.state import speed_view
from hcai_app.ui.state.base import SiteState, serving
from hcai_app.ui.view_models import ExampleView, ModelView, PriceView
from hcai_app.ui.view_models.models import UNSERVED

FOLDER = "/models/"
MAX_NAME = 200
TITLE = "Model · HCAI"
LOADING, FOUND, MISSING, FAILED = "loading", "found", "missing", "failed"
TOKENS, ONE = "a million tokens", "each"
# The provider's name of a price, what a reader calls it, and what it is for.
PRICES = (
    ("prompt", "What you send", TOKENS),
    ("input_cache_read", "What you send again", TOKENS),
    ("input_cache_write", "What is kept to be sent again", TOKENS),
    ("completion", "What it writes", TOKENS),
    ("internal_reasoning", "What it thinks", TOKENS),
    ("image", "A picture you send", ONE),
    ("image_output", "A picture it makes", TOKENS),
    ("audio", "Sound you send", TOKENS),
    ("audio_output", "Sound it makes", TOKENS),
    ("request", "A call", ONE),
    ("web_search", "A web search", ONE),
)
# What a call has shown: nobody who serves the model keeps to the data policy.
TERMS = {
    "allowed": "Fine.",
    "guarded": "With care.",
    "forbidden": "Not by its maker’s terms.",
}
ALWAYS_SHOWN = ("prompt", "completion")


class ModelState(SiteState):
    """The model that the address names."""

    status: str = LOADING
    title: str = TITLE
    asked: str = ""
    model: ModelView = ModelView()
    nearest: list[str] = []  # noqa: RUF012 - Reflex copies a state's defaults
    problem: str = ""

    @rx.event
    async def load_model(self) -> None:
        """Find the model in the worker's cached catalog."""
        await self.enter()
        self.asked = unquote(self.router.url.path).removeprefix(FOLDER).strip("/")[:MAX_NAME]
        try:
            catalog = serving().catalog
            self.model = model_view(await facts.facts(catalog, self.asked))
            await self._measure()
            if catalog.unserved.has(self.model.id):
                self.model = replace(self.model, marks=[*self.model.marks, UNSERVED])
            self.title = f"{self.model.name} · HCAI"
            self.status = FOUND
        except NotFound:
            self.nearest = serving().catalog.nearest(self.asked)
            self.title = TITLE
            self.status = MISSING
        except Unavailable as error:
            self.problem = error.message
            self.status = FAILED

    async def _measure(self) -> None:
        """Add how the model does here; no page waits for that for long."""
        if (speeds := await serving().readings.speeds.find()) is not None:
            known = speed_view.measures(speeds.of(self.model.id), self.model.kind)
            self.model = replace(self.model, measures=known, is_measured=True)

    @rx.event
    def leave(self) -> None:
        """Clear the model, so that the next one's page does not begin with it."""
        self.reset()


def model_view(known: ModelFacts) -> ModelView:
    """Return a model as it is shown."""
    card = known.card
    writes = card.kind != "embedding"
    return ModelView(
        id=card.id,
        name=card.name,
        maker=card.maker,
        line=card.line,
        kind=card.kind,
        face=face_of(card.id),
        color=colors.color_of(colors.model_color_index(card.id)),
        buys=worth(card, money.to_nanousd(load_settings().daily_budget_usd)),
        context=formatting.tokens(card.context) if card.context else formatting.NOTHING,
        max_output=formatting.tokens(card.max_output) if card.max_output else formatting.NOTHING,
        price_in=_price(card, "prompt"),
        price_out=_price(card, "completion") if writes else formatting.NOTHING,
        inputs=list(card.inputs),
        outputs=list(card.outputs),
        marks=_marks(card),
        terms=f"{TERMS[card.terms.verdict]} {card.terms.why}",
        terms_source=card.terms.source,
        terms_date=card.terms.looked_at,
        is_forbidden=card.terms.verdict == "forbidden",
        prices=_prices(card),
        parameters=list(card.parameters),
        since=formatting.day(card.created_s * 1000) if card.created_s else "",
        knowledge_until=known.knowledge_until,
        description=known.description,
        examples=examples_of(card.kind, card.id),
    )


def examples_of(kind: calls.Kind, model: str) -> list[ExampleView]:
    """Return a first call in each language."""
    base, origin = f"{highlight.ORIGIN}/proxy/v1", load_settings().origin
    views = [
        ExampleView(
            language=language,
            name=name,
            needs=calls.NEEDS[language],
            html=highlight.html_of(
                calls.call(kind, language, model=model, base=base), language, origin
            ),
        )
        for language, name in calls.LANGUAGES.items()
    ]
    places = {"base": f"{origin}/proxy/v1", calls.MODEL_PLACES[kind]: model}
    text = library.fill(powershell.of_example(library.EXAMPLES[kind]), places)
    shown = highlight.html_of(text, "powershell", origin)
    return [views[0], ExampleView("powershell", powershell.TITLE, "", shown), *views[1:]]


def _marks(card: ModelCard) -> list[str]:
    marks = {"free": card.is_free, "reasoning": card.reasons, "tools": card.uses_tools}
    return [name for name, is_true in marks.items() if is_true]


def _prices(card: ModelCard) -> list[PriceView]:
    shown = [name for name in card.prices if card.prices[name]]
    if card.kind != "embedding":
        shown += [name for name in ALWAYS_SHOWN if name not in shown]
    return [
        PriceView(what=what, price=_price(card, name), unit=unit)
        for name, what, unit in PRICES
        if name in shown
    ]


def _price(card: ModelCard, name: str) -> str:
    price = card.prices.get(name)
    if price is None:
        return "varies"
    return "free" if card.is_free else formatting.usd(price)
