"""State of /dashboard: figures, latest calls, top models, chart.

It is filled when the page loads and when another chart is chosen; in between `show` draws what the
live push has read. Nothing that a browser sends is used before it is one of the known choices.
"""

from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum
from typing import Any, TypeVar

import reflex as rx

from hcai_app import clock
from hcai_app.errors import HcaiError, InvalidRequest
from hcai_app.services.call import Caller
from hcai_app.services.live.tabs import Due, Tab
from hcai_app.services.usage import dashboard
from hcai_app.services.usage.charts import Group, Range, Series
from hcai_app.services.usage.dashboard import Snapshot
from hcai_app.ui.state import chart, chart_view, dashboard_view
from hcai_app.ui.state.base import SiteState, serving
from hcai_app.ui.state.chart import Chart
from hcai_app.ui.state.chart_view import Measure
from hcai_app.ui.view_models import CallLine, Figures, ModelLine
from hcai_app.ui.view_models.chart import BarView, ChartName, Frame, MomentView

PAGE_PATH = "/dashboard"
EVER = 0  # since when: always
# No clock is further from UTC.
FURTHEST_MINUTES, LONGEST_ZONE = 24 * 60, 5
Choice = TypeVar("Choice", bound=StrEnum)

USUAL: dict[str, StrEnum] = {"range": Range.DAY, "group": Group.MODEL, "measure": Measure.REQUESTS}


class DashboardState(SiteState):
    """What one tab shows."""

    is_loaded: bool = False
    problem: str = ""
    celebrates: bool = False  # the first call, made while the page was open
    figures: Figures = Figures()
    latest: list[CallLine] = []  # noqa: RUF012 - Reflex copies defaults
    models: list[ModelLine] = []  # noqa: RUF012
    now_ms: int = 0  # the server's clock, when the figures were read
    renews_in_ms: int = 0
    frame: Frame = Frame()
    moments: tuple[MomentView, ...] = ()
    chart_names: tuple[ChartName, ...] = ()
    bars: list[BarView] = []  # noqa: RUF012 - those that stay as they are
    live_bars: list[BarView] = []  # noqa: RUF012
    _chart: Chart = Chart()
    _bars_of: tuple[Any, ...] = ()  # what `bars` was drawn of
    # Kept by the tab, so that a reload shows the same chart.
    range: str = rx.SessionStorage(USUAL["range"].value, name="hcai_range")
    group: str = rx.SessionStorage(USUAL["group"].value, name="hcai_group")
    measure: str = rx.SessionStorage(USUAL["measure"].value, name="hcai_measure")
    # Minutes that the browser's clock is behind UTC, as JavaScript counts them.
    zone: str = rx.SessionStorage("0", name="hcai_zone")

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
        self._draw_chart()

    @rx.event
    def choose_zone(self, minutes: int) -> None:
        """Write times as the browser's clock has them."""
        if abs(minutes) <= FURTHEST_MINUTES and self.zone != str(minutes):
            self.zone = str(minutes)
            self._draw_chart()

    @rx.event
    def move_chart(self) -> None:
        """Let the chart's window go on with the time."""
        if self.is_loaded:
            self._follow(replace(self._chart, now_ms=clock.now_ms()))

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
        self._chart = chart.chart_of(snapshot.tails[pair])
        self._draw_chart()
        _show_day(self, snapshot)
        self.problem = ""
        self.is_loaded = True

    def show_tail(self, changed: Series) -> None:
        """Show the chart's last buckets as they are; what is of another chart is left alone."""
        known = self._chart
        if (known.range, known.group) == (changed.range, changed.group):
            tail = chart.chart_of(changed, known.names)
            now = chart.follow(known, tail)
            if replace(now, now_ms=known.now_ms) != known:  # the time alone is the alarm's
                self._follow(now, tail.from_ms)

    def _follow(self, now: Chart, changed_ms: int | None = None) -> None:
        """Draw a chart that has gone on: of what is not live only what has changed."""
        is_settled = changed_ms is None or now.place(changed_ms) >= chart_view.live_place(now)
        self._chart = now
        self._draw_chart(is_settled=is_settled)

    def _draw_chart(self, *, is_settled: bool = False) -> None:
        now, measure = self._chart, _usual(self, "measure")
        if not now.range:
            return
        zone_ms = -_minutes(self.zone) * clock.MS_PER_MINUTE
        drawn = (now.origin_ms, now.range, now.group, chart_view.live_place(now), measure, zone_ms)
        if not is_settled or drawn != self._bars_of:
            self._bars_of = drawn
            _draw(self, "bars", chart_view.bars_of(now, measure, zone_ms))
        live, frame = chart_view.live_of(now, measure, zone_ms)
        _draw(self, "live_bars", [*live])
        _draw(self, "chart_names", now.names)
        _draw(self, "frame", frame)
        _draw(self, "moments", chart_view.moments_of(now, zone_ms))

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
    if changed is not None:
        state.show_tail(changed)


def _chart_in(snapshot: Snapshot, range: str, group: str) -> Series | None:
    """Return the chart of these names, which may be no choices of ours."""
    found = (it for it in snapshot.tails.values() if (it.range, it.group) == (range, group))
    return next(found, None)


def _show_day(state: DashboardState, snapshot: Snapshot) -> None:
    figures = dashboard_view.figures_of(snapshot.today)
    if state.is_loaded and figures.has_called and not state.figures.has_called:
        state.celebrates = True
    if figures != state.figures:
        state.figures, state.now_ms = figures, clock.now_ms()
        state.renews_in_ms = dashboard_view.renews_in_ms(snapshot.today, state.now_ms)
    _draw(state, "latest", [dashboard_view.line_of(call) for call in snapshot.latest])
    _draw(state, "models", [*dashboard_view.models_of(snapshot.today.models)])


def _draw(state: DashboardState, name: str, value: Any) -> None:
    if getattr(state, name) != value:
        setattr(state, name, value)


def _usual(state: DashboardState, name: str) -> Any:
    """Return what is chosen; a browser may have put anything in its place."""
    usual, value = USUAL[name], getattr(state, name)
    return type(usual)(value) if value in list(type(usual)) else usual


def _minutes(zone: str) -> int:
    """Return the offset that a browser has kept, which may be anything."""
    minutes = int(zone) if zone.removeprefix("-").isdecimal() and len(zone) <= LONGEST_ZONE else 0
    return minutes if abs(minutes) <= FURTHEST_MINUTES else 0


def _known(choices: type[Choice], value: Any) -> Choice:
    """Return the choice of that name.

    Raises:
        InvalidRequest: When there is none.
    """
    if value not in list(choices):
        raise InvalidRequest(f"Choose one of {', '.join(choices)}.")
    return choices(value)
