"""State of /global: anonymous usage of everyone."""

from collections.abc import Container, Sequence

import reflex as rx

from hcai_app import formatting
from hcai_app.errors import HcaiError
from hcai_app.services.models import colors
from hcai_app.services.usage.everyone import SiteUse, Used
from hcai_app.services.usage.ticker import Ticked
from hcai_app.ui.state.base import SiteState, serving
from hcai_app.ui.view_models import DayView, ModelShareView, SiteView
from hcai_app.ui.view_models.everyone import TickView

PAGE_PATH = "/global"
BOARD = 10


class EveryoneState(SiteState):
    """The numbers, the chart and the leader board."""

    phase: str = "loading"  # then "ready" or "failed"
    problem: str = ""
    site: SiteView = SiteView()
    days: rx.Field[list[DayView]] = rx.field(default_factory=list)
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
            show(self, await readings.everyone.get(), await readings.ticker.get())
        except HcaiError as error:
            self.phase, self.problem = "failed", error.message


def show(state: EveryoneState, use: SiteUse, latest: Sequence[Ticked]) -> None:
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
    most = max(used.requests for _, used in use.days)
    state.days = [_day(start_ms, used, most) for start_ms, used in use.days]
    state.peak = formatting.count(most)
    state.in_days = formatting.count(sum(used.requests for _, used in use.days))
    state.board = _board(use.models)
    state.phase, state.problem = "ready", ""


def ticked(latest: Sequence[Ticked], known: Container[str]) -> list[TickView]:
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


def _day(start_ms: int, used: Used, most: int) -> DayView:
    percent = round(100 * used.requests / most, 1) if most else 0.0
    return DayView(formatting.day(start_ms), formatting.count(used.requests), percent)


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
