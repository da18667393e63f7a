"""The page /global: usage of everyone together."""

import reflex as rx

from hcai_app.ui.components import chart, shell
from hcai_app.ui.components.previews import preview
from hcai_app.ui.islands.clock import local_time
from hcai_app.ui.state.everyone import PAGE_PATH, EveryoneState
from hcai_app.ui.view_models import ModelShareView
from hcai_app.ui.view_models.everyone import TickView

LEAD = "Teenagers all over the world build with this. Here is what we have used together."
SKELETON_PLACES = 6


@rx.page(PAGE_PATH, **preview("Everyone", LEAD, PAGE_PATH), on_load=EveryoneState.open_page)
def everyone() -> rx.Component:
    """Show everyone's usage: totals, calls per day, the leaderboard of models."""
    failed = shell.problem(EveryoneState.problem, EveryoneState.open_page)
    return shell.page(
        "Everyone",
        rx.fragment(
            rx.match(EveryoneState.phase, ("ready", _body()), ("failed", failed), _skeleton())
        ),
        here=PAGE_PATH,
        lead=LEAD,
        is_public=True,
    )


def _body() -> rx.Component:
    return rx.cond(
        EveryoneState.site.has_calls,
        rx.fragment(_together(), _ticker(), _chart(), _board()),
        rx.el.section(
            shell.empty(
                "Day one",
                "Nobody has called anything yet. The first request could be yours.",
                shell.link("Make a key", to="/keys", class_name="button"),
            ),
            class_name="card",
        ),
    )


def _together() -> rx.Component:
    site = EveryoneState.site
    return rx.el.section(
        rx.el.p(
            rx.el.strong(site.requests, class_name="together-number"),
            rx.cond(site.requests == "1", " request, made by ", " requests, made by "),
            rx.el.b(site.people),
            rx.cond(site.people == "1", " person.", " people."),
            class_name="together-line",
        ),
        rx.el.dl(
            _stat("Tokens", site.tokens),
            _stat("Paid by Hack Club", site.cost),
            _stat("Paid by you", "$0"),
            class_name="together-stats",
        ),
        aria_label="All time",
        class_name="card together",
    )


def _stat(name: str, value: rx.Var[str] | str) -> rx.Component:
    return rx.el.div(rx.el.dt(name), rx.el.dd(value), class_name="stat")


def _ticker() -> rx.Component:
    """Show the latest calls as they come; who made them is nobody's business."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Right now"),
            rx.el.p("Calls as they come, from all over the world. Nobody sees whose they are."),
            class_name="card-head",
        ),
        rx.cond(
            EveryoneState.ticker.length() > 0,
            rx.el.ol(rx.foreach(EveryoneState.ticker, _tick), class_name="ticker"),
            rx.el.p("A quiet day so far. The next call shows up here.", class_name="quiet"),
        ),
        class_name="card",
    )


def _tick(call: TickView) -> rx.Component:
    return rx.el.li(
        rx.el.i(class_name="dot", style={"background": call.color}, aria_hidden=True),
        rx.el.span(call.model, class_name="tick-model"),
        rx.el.span(rx.el.b(call.tokens), " ", call.word, class_name="tick-tokens"),
        rx.el.span(local_time(call.at_ms, "ago"), class_name="tick-time num"),
        key=call.id,
        class_name=rx.cond(call.is_new, "is-new", ""),
    )


def _chart() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Calls per day"),
            rx.el.p("Last 30 days, UTC. Best day: ", rx.el.span(EveryoneState.peak), "."),
            class_name="card-head",
        ),
        chart.usage_chart(
            EveryoneState, measure="requests", caption="Everybody’s calls, by UTC day and model"
        ),
        class_name="card everyone-chart",
    )


def _board() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Most called models"),
            rx.el.p("Last 30 days, of ", EveryoneState.in_days, _calls(EveryoneState.in_days), "."),
            class_name="card-head",
        ),
        rx.cond(
            EveryoneState.board.length() > 0,
            rx.el.ol(rx.foreach(EveryoneState.board, _place), class_name="board"),
            rx.el.p("A quiet month: no calls yet.", class_name="quiet"),
        ),
        class_name="card",
    )


def _place(model: ModelShareView) -> rx.Component:
    return rx.el.li(
        rx.el.span(model.place, aria_hidden=True, class_name="board-place num"),
        shell.link(model.model, to=f"/models/{model.model}", class_name="board-model"),
        rx.el.span(
            rx.el.i(style={"width": f"{model.percent}%", "background": model.color}),
            aria_hidden=True,
            class_name="board-bar",
        ),
        rx.el.span(model.share, class_name="board-share num"),
        rx.el.span(
            rx.el.b(model.requests),
            _calls(model.requests),
            " · ",
            model.tokens,
            rx.cond(model.tokens == "1", " token", " tokens"),
            class_name="board-sums",
        ),
        key=model.model,
    )


def _calls(count: str) -> rx.Var[str] | rx.Component:
    return rx.cond(count == "1", " call", " calls")


def _skeleton() -> rx.Component:
    places = [rx.el.div(class_name="skeleton line") for _ in range(SKELETON_PLACES)]
    return rx.fragment(
        rx.el.div(
            rx.el.div(class_name="skeleton together-line-skeleton"), class_name="card together"
        ),
        rx.el.div(
            rx.el.div(class_name="skeleton"), aria_hidden=True, class_name="card chart-skeleton"
        ),
        rx.el.div(*places, aria_hidden=True, class_name="card loading"),
        rx.el.span("Loading …", class_name="heard", role="status"),
    )
