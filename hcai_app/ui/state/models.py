"""State of /models: the models that fit what the address chooses, as many as a page shows."""

import reflex as rx
from reflex.event import EventSpec

from hcai_app.errors import HcaiError, InvalidRequest
from hcai_app.services.models import listing
from hcai_app.services.models.faces import face_of
from hcai_app.services.models.listing import ListedModel
from hcai_app.services.usage.speeds import Speed, Speeds
from hcai_app.ui.state import page_actions, speed_view
from hcai_app.ui.state.base import SiteState, serving
from hcai_app.ui.view_models.models import UNSERVED, CatalogRow

PAGE_PATH = "/models"
# Rows that are sent at first: the list is of hundreds where an operator allows every model.
SHOWN_ROWS = 60
NOTHING = listing.chosen_in({})


class ModelsState(SiteState):
    """What one tab has chosen, and what it finds."""

    phase: str = "loading"  # then "ready" or "failed"
    problem: str = ""
    chosen: dict[str, str] = NOTHING
    is_filtered: bool = False
    rows: rx.Field[list[CatalogRow]] = rx.field(default_factory=list)
    found: int = 0
    all: int = 0
    shows_all: bool = False
    visits: int = 0  # the field begins anew with each, from what the address says

    @rx.var
    def count(self) -> str:
        """Say how many models there are, or fit."""
        if self.phase != "ready":
            return ""
        word = "model" if self.all == 1 else "models"
        return (
            f"{self.all} {word}" if self.found == self.all else f"{self.found} of {self.all} {word}"
        )

    @rx.var
    def more(self) -> int:
        """Return how many fit and are not shown."""
        return self.found - len(self.rows)

    @rx.event
    async def open_page(self) -> None:
        """Show what the address chooses; the list is public."""
        await self.enter()
        self.chosen = listing.chosen_in(self.router.url.query_parameters)
        self.shows_all = False
        self.visits += 1
        await self._find()

    @rx.event(supersedes=True)
    async def search(self, words: str) -> EventSpec | None:
        """Look for words, as they are typed."""
        return await self._choose("q", words[: listing.MAX_QUERY])

    @rx.event
    async def choose(self, name: str, value: str) -> EventSpec | None:
        """Filter or order by something else.

        Raises:
            InvalidRequest: When there is no such choice.
        """
        if value not in listing.CHOICES.get(name, {}):
            raise InvalidRequest("There is no such filter.")
        return await self._choose(name, value)

    @rx.event
    async def clear(self) -> EventSpec | None:
        """Take every filter away, but not the order."""
        self.chosen = {**NOTHING, "sort": self.chosen["sort"]}
        self.visits += 1
        return await self._show()

    @rx.event
    async def show_rest(self) -> None:
        """Show all that fit."""
        self.shows_all = True
        await self._find()

    async def _choose(self, name: str, value: str) -> EventSpec | None:
        if self.chosen[name] == value:
            return None
        self.chosen = {**self.chosen, name: value}
        return await self._show()

    async def _show(self) -> EventSpec:
        self.shows_all = False
        await self._find()
        return page_actions.readdress(listing.address_of(PAGE_PATH, self.chosen))

    async def _find(self) -> None:
        try:
            models = await listing.listed(serving().catalog)
        except HcaiError as error:
            self.phase, self.problem = "failed", error.message
            return
        measured = await serving().readings.speeds.find() or Speeds()
        found = listing.find(models, self.chosen, speed_view.paces(measured))
        shown = found if self.shows_all else found[:SHOWN_ROWS]
        self.rows = [row_of(model, measured.of(model.id)) for model in shown]
        self.found, self.all = len(found), len(models)
        self.is_filtered = listing.is_filtered(self.chosen)
        self.phase, self.problem = "ready", ""


def row_of(model: ListedModel, speed: Speed = Speed()) -> CatalogRow:  # noqa: B008 - it is frozen
    """Return a model as one row."""
    marks = {"reasoning": model.reasons, "tools": model.tools, UNSERVED: model.is_unserved}
    return CatalogRow(
        id=model.id,
        name=model.name,
        maker=model.maker,
        line=model.line,
        face=face_of(model.id),
        color=model.color,
        inputs=list(model.inputs),
        outputs=list(model.outputs),
        marks=[name for name, is_true in marks.items() if is_true],
        context=model.context_text,
        price_in=model.price_in,
        price_out=model.price_out,
        each=model.each,
        is_new=model.is_new,
        is_forbidden=model.is_forbidden,
        first=speed_view.first(speed),
        pace=speed_view.pace(speed),
    )
