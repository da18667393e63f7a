"""State of /global: anonymous usage of everyone."""

from collections import Counter
from collections.abc import Container, Sequence

import reflex as rx

from hcai_app import formatting
from hcai_app.errors import HcaiError
from hcai_app.services.models import colors
from hcai_app.services.usage.charts import Series
from hcai_app.services.usage.everyone import SiteUse, Used
from hcai_app.services.usage.latest_calls import PublicCall
from hcai_app.ui.state import chart, chart_view
from hcai_app.ui.state.base import SiteState, serving
from hcai_app.ui.state.chart_view import Measure
from hcai_app.ui.view_models import ModelShareView, SiteView
from hcai_app.ui.view_models.chart import BarView, ChartName, Frame, MomentView
from hcai_app.ui.view_models.everyone import TickView

PAGE_PATH = "/global"
BOARD = 10
UTC_MS = 0  # bars are UTC days, whatever the reader's clock says


class EveryoneState(SiteState):
    """The numbers, the chart and the leader board."""

    phase: str = "loading"  # then "ready" or "failed"
    problem: str = ""
    site: SiteView = SiteView()
    frame: Frame = Frame()
    moments: tuple[MomentView, ...] = ()
    chart_names: tuple[ChartName, ...] = ()
    bars: rx.Field[list[BarView]] = rx.field(default_factory=list)
    live_bars: rx.Field[list[BarView]] = rx.field(default_factory=list)
    board: rx.Field[list[ModelShareView]] = rx.field(default_factory=list)
    ticker: rx.Field[list[TickView]] = rx.field(default_factory=list)
    peak: str = ""
    in_days: str = "0"  # calls in the chart's days

    @rx.event
    async def open_page(self) -> None:
        """Show everyone's usage."""
        await self.enter()
        try:
            worker = serving()
            worker.tabs.look_on(self.router.session.client_token)
            readings = worker.readings
            show(self, await readings.everyone.get(), await readings.latest_calls.get())
        except HcaiError as error:
            self.phase, self.problem = "failed", error.message


def show(state: EveryoneState, use: SiteUse, latest: Sequence[PublicCall]) -> None:
    """Show what everybody has used, and their latest calls."""
    state.ticker = ticked(latest, {tick.id for tick in state.ticker})
    total = use.total
    state.site = SiteView(
        requests=formatting.count(total.requests),
        tokens=formatting.tokens(total.tokens),
        cost=formatting.usd(total.cost_nanousd),
        people=formatting.count(use.people),
        has_calls=total.requests > 0,
    )
    by_day = Counter[int]()
    for bucket in use.days.buckets:
        by_day[bucket.start_ms] += bucket.requests
    state.peak = formatting.count(max(by_day.values(), default=0))
    state.in_days = formatting.count(by_day.total())
    show_chart(state, use.days)
    state.board = _board(use.models)
    state.phase, state.problem = "ready", ""


def ticked(latest: Sequence[PublicCall], known: Container[str]) -> list[TickView]:
    """Return the latest calls as they are shown; `known` are those that stand there already."""
    views: list[TickView] = []
    for place, call in enumerate(latest):
        twins = sum(it == call for it in latest[place + 1 :])
        name = f"{call.started_at_ms} {call.model} {call.tokens} {twins}"
        views.append(
            TickView(
                id=name,
                at_ms=call.started_at_ms,
                model=call.model,
                color=colors.color_of(colors.model_color_index(call.model)),
                tokens=formatting.tokens(call.tokens),
                word="token" if call.tokens == 1 else "tokens",
                is_new=name not in known,
            )
        )
    return views


def show_chart(state: EveryoneState, days: Series) -> None:
    """Draw the calls of each day; what is drawn already is not sent again."""
    now = chart.chart_of(days, state.chart_names)
    live, frame = chart_view.live_of(now, Measure.REQUESTS, UTC_MS)
    drawn = {
        "bars": chart_view.bars_of(now, Measure.REQUESTS, UTC_MS),
        "live_bars": [*live],
        "chart_names": now.names,
        "frame": frame,
        "moments": chart_view.moments_of(now, UTC_MS),
    }
    for name, value in drawn.items():
        if getattr(state, name) != value:
            setattr(state, name, value)


def _board(models: list[tuple[str, Used]]) -> list[ModelShareView]:
    """Return the first places of the leader board; bars are measured by the first."""
    if not models:
        return []
    whole = sum(used.requests for _, used in models)
    most = models[0][1].requests
    indexes = colors.color_indexes(model for model, _ in models[:BOARD])
    return [
        ModelShareView(
            place=place,
            model=model,
            color=colors.color_of(indexes[model]),
            requests=formatting.count(used.requests),
            tokens=formatting.tokens(used.tokens),
            share=formatting.percent(used.requests, whole),
            percent=round(100 * used.requests / most, 1),
        )
        for place, (model, used) in enumerate(models[:BOARD], 1)
    ]
