"""State of /dashboard: figures, latest calls, top models, chart.

It is filled when the page loads and when another chart is chosen; in between `show` draws what the
live push has read. Nothing that a browser sends is used before it is one of the known choices.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, TypeVar

import reflex as rx

from hcai_app.errors import HcaiError, InvalidRequest
from hcai_app.services.call import Caller
from hcai_app.services.live.tabs import Due, Tab
from hcai_app.services.usage import dashboard
from hcai_app.services.usage.charts import Group, Range, Series
from hcai_app.services.usage.dashboard import Snapshot
from hcai_app.ui.state import dashboard_view
from hcai_app.ui.state.base import SiteState, serving
from hcai_app.ui.view_models import CallLine, Chart, Figures, ModelLine

PAGE_PATH = "/dashboard"
EVER = 0  # since when: always
Choice = TypeVar("Choice", bound=StrEnum)


class Measure(StrEnum):
    """What a chart adds up."""

    REQUESTS = "requests"
    TOKENS = "tokens"
    COST = "cost"


USUAL: dict[str, StrEnum] = {"range": Range.DAY, "group": Group.MODEL, "measure": Measure.REQUESTS}


class DashboardState(SiteState):
    """What one tab shows."""

    is_loaded: bool = False
    problem: str = ""
    celebrates: bool = False  # the first call, made while the page was open
    figures: Figures = Figures()
    latest: list[CallLine] = []  # noqa: RUF012 - Reflex copies defaults
    models: list[ModelLine] = []  # noqa: RUF012
    series: Chart = Chart()
    tail: Chart = Chart()
    # Kept by the tab, so that a reload shows the same chart.
    range: str = rx.SessionStorage(USUAL["range"].value, name="hcai_range")
    group: str = rx.SessionStorage(USUAL["group"].value, name="hcai_group")
    measure: str = rx.SessionStorage(USUAL["measure"].value, name="hcai_measure")

    @rx.event
    async def load(self) -> None:
        """Fill the page, and keep it up to date from now on."""
        caller = await self.enter()
        if caller is None:
            return
        self._tidy_choices()
        try:
            await self._read(caller)
        except HcaiError as error:
            if self.is_loaded:  # what is shown is old, and better than nothing
                self._watch(caller, EVER)
                raise
            self.problem = error.message

    @rx.event
    async def choose_range(self, value: str) -> None:
        """Show the chart of another range."""
        await self._choose("range", _known(Range, value))

    @rx.event
    async def choose_group(self, value: str) -> None:
        """Show the chart by model or by key."""
        await self._choose("group", _known(Group, value))

    @rx.event
    def calm_down(self) -> None:
        """Celebrate no longer."""
        self.celebrates = False

    @rx.event
    def choose_measure(self, value: str) -> None:
        """Show calls, tokens or dollars."""
        self.measure = _known(Measure, value).value

    async def _choose(self, name: str, value: StrEnum) -> None:
        caller = await self.caller()
        self._tidy_choices()
        before = getattr(self, name)
        setattr(self, name, value.value)
        try:
            await self._read(caller)
        except HcaiError:
            setattr(self, name, before)
            self._watch(caller, EVER)
            raise

    def _watch(self, caller: Caller, since_ms: int | None = None) -> None:
        """Keep the tab up to date from now on, in the range and the grouping that it shows.

        When its figures could not be read, say since when it lacks news: the live push brings them.
        """
        view = (Range(self.range), Group(self.group))
        token = self.router.session.client_token
        tab = Tab(token, caller.user_id, caller.session_id, view, PAGE_PATH)
        serving().tabs.open(tab)
        if since_ms is not None:
            serving().tabs.miss(Due(tab, since_ms))

    async def _read(self, caller: Caller) -> None:
        pair = (Range(self.range), Group(self.group))
        # First, so that no call falls between what is read and what is pushed.
        self._watch(caller)
        snapshot = await read_snapshot(caller.user_id, [pair])
        self.series = dashboard_view.chart_of(snapshot.tails[pair])
        self.tail = Chart()
        _show_day(self, snapshot)
        self.problem = ""
        self.is_loaded = True

    def _tidy_choices(self) -> None:
        """Replace unknown stored choices of a browser with the defaults."""
        for name, usual in USUAL.items():
            if getattr(self, name) not in list(type(usual)):
                setattr(self, name, usual.value)


async def read_snapshot(
    user_id: str,
    pairs: Iterable[tuple[str, str]],
    since_ms: int | None = None,
) -> Snapshot:
    """Read all that a user's tabs show: with `since_ms` only the charts' buckets from there on.

    Raises:
        Unavailable: When the database is away.
    """
    worker = serving()
    return await dashboard.read(
        worker.database,
        user_id,
        budget=worker.budget,
        limit=worker.chat_limit,
        pairs=[(Range(range), Group(group)) for range, group in pairs],
        since_ms=since_ms,
    )


def show(state: DashboardState, snapshot: Snapshot) -> None:
    """Show a snapshot; unchanged values are not sent again.

    A snapshot without the chart that the tab has turned to meanwhile leaves the chart as it is; so
    does one for a tab whose browser has put a choice of its own in place of ours.
    """
    _show_day(state, snapshot)
    changed = _chart_in(snapshot, state.range, state.group)
    if changed is not None and (state.series.range, state.series.group) == (
        state.range,
        state.group,
    ):
        names = state.tail.names or state.series.names
        _draw(state, "tail", dashboard_view.chart_of(changed, names))


def _chart_in(snapshot: Snapshot, range: str, group: str) -> Series | None:
    """Return the chart of these names, which may be no choices of ours."""
    found = (it for it in snapshot.tails.values() if (it.range, it.group) == (range, group))
    return next(found, None)


def _show_day(state: DashboardState, snapshot: Snapshot) -> None:
    figures = dashboard_view.figures_of(snapshot.today)
    if state.is_loaded and figures.has_called and not state.figures.has_called:
        state.celebrates = True
    _draw(state, "figures", figures)
    _draw(state, "latest", [dashboard_view.line_of(call) for call in snapshot.latest])
    _draw(state, "models", dashboard_view.models_of(snapshot.today.models))


def _draw(state: DashboardState, name: str, value: Any) -> None:
    if getattr(state, name) != value:
        setattr(state, name, value)


def _known(choices: type[Choice], value: Any) -> Choice:
    """Return the choice of that name.

    Raises:
        InvalidRequest: When there is none.
    """
    if value not in list(choices):
        raise InvalidRequest(f"Choose one of {', '.join(choices)}.")
    return choices(value)
