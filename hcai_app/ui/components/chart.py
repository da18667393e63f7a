"""The chart of the dashboard and of everyone's page: stacked bars, which CSS places from numbers.

A bar knows its place and its values; the frame around it says where the window begins and how high
the scale goes. A call is so a few numbers on the wire, and the bars before it are not drawn again.
"""

from typing import Any

import reflex as rx

from hcai_app.edge.reflex_internals.browser import ClientVar
from hcai_app.ui.components.alarm import alarm
from hcai_app.ui.state.dashboard import DashboardState
from hcai_app.ui.view_models.chart import (
    BarView,
    ChartName,
    LegendLine,
    MomentView,
    PartView,
    ScaleTick,
)

NOWHERE = -1
# The browser's own: minutes behind UTC.
ZONE = rx.Var("new Date().getTimezoneOffset()").to(int)

# Where the pointer or the keyboard is.
picked = ClientVar.create("picked_bar", default=NOWHERE)


class _Chart:
    """The vars of a chart, whatever its state's annotations say of their values."""

    def __init__(self, state: Any, measure: str | rx.Var[str]) -> None:
        self.frame = state.frame
        self.moments = state.moments
        self.names = state.chart_names
        self.settled = state.bars
        self.live = state.live_bars
        self.bars = self.settled + self.live
        self.last = self.frame.first + self.frame.count - 1
        self.picked = self.bars[picked.value - self.bars[0].place]
        self.is_picked = self.picked.place == picked.value
        self.measure = measure


def usage_chart(
    state: Any,
    *,
    caption: str | rx.Var[str],
    measure: str | None = None,
    on_move: rx.event.EventType[()] | None = None,
) -> rx.Component:
    """Show requests, tokens or cost over time, stacked by name.

    `measure` is a word, else what `state` has chosen. `state` has `frame`, `moments`,
    `chart_names`, `bars` and `live_bars`. With `on_move` an event asks for the next window as
    soon as a bucket has ended.
    """
    it = _Chart(state, measure or state.measure)
    frame = it.frame
    return rx.el.figure(
        rx.el.div(
            _scale(it),
            rx.el.div(
                rx.el.div(class_name="chart-pick", style={"--place": picked.value}),
                chart_bars(bars=it.settled, names=it.names),
                chart_bars(bars=it.live, names=it.names),
                class_name="chart-bars",
            ),
            rx.cond(frame.is_empty, _none()),
            rx.el.div(rx.foreach(it.moments, _moment), aria_hidden=True, class_name="moments"),
            rx.cond(it.is_picked, _tip(it)),
            _keyboard(it),
            style={"--first": frame.first, "--count": frame.count, "--top": frame.top},
            on_mouse_leave=picked.set_value(NOWHERE),
            class_name="chart-plot",
        ),
        rx.el.figcaption(rx.el.ul(rx.foreach(frame.legend, _line), class_name="chart-legend")),
        _table(it, caption),
        alarm(frame.moves_in_ms, on_move, set_by=frame.now_ms) if on_move else rx.fragment(),
        class_name="chart",
    )


@rx.memo
def chart_bars(bars: rx.Var[list[BarView]], names: rx.Var[list[ChartName]]) -> rx.Component:
    """Draw some bars: alone, so that those which stay as they are cost nothing."""
    known: Any = names

    def part(one: Any) -> rx.Component:
        style = {"--base": one.base, "--value": one.value, "background": known[one.name].color}
        return rx.el.i(key=one.name, style=style, class_name="bar")

    def bar(one: Any) -> rx.Component:
        return rx.el.div(
            rx.foreach(one.parts, part),
            key=one.place,
            style={"--place": one.place},
            on_mouse_enter=picked.set_value(one.place),
            class_name="chart-bar",
        )

    return rx.fragment(rx.foreach(bars, bar))


def _scale(it: _Chart) -> rx.Component:
    def tick(one: ScaleTick) -> rx.Component:
        style = {"bottom": f"{one.percent}%"}
        return rx.el.span(rx.el.span(one.text), key=one.text, style=style, class_name="tick")

    return rx.el.div(rx.foreach(it.frame.ticks, tick), aria_hidden=True, class_name="ticks")


def _moment(one: MomentView) -> rx.Component:
    style = {"--place": one.place}
    return rx.el.span(one.text, key=one.text, style=style, class_name=f"moment {one.kind}")


def _none() -> rx.Component:
    return rx.el.p("No calls here. Run something, and it shows up by itself.", class_name="none")


def _tip(it: _Chart) -> rx.Component:
    bar = it.picked

    def part(one: PartView) -> rx.Component:
        name = it.names[one.name]
        return rx.el.p(
            rx.el.i(style={"background": name.color}),
            rx.el.span(name.label),
            rx.el.b(one.text),
            key=name.id,
            class_name="chart-tip-part",
        )

    is_right = (picked.value - it.frame.first) * 2 > it.frame.count
    return rx.el.div(
        rx.el.p(bar.span),
        rx.el.p(bar.total, " ", rx.el.small(it.measure), class_name="chart-tip-total"),
        rx.el.div(rx.foreach(bar.parts, part), class_name="chart-tip-parts"),
        aria_hidden=True,
        style={"--place": picked.value},
        class_name=rx.cond(is_right, "chart-tip is-right", "chart-tip"),
    )


def _keyboard(it: _Chart) -> rx.Component:
    """Lead the keyboard from bar to bar: a slider does by itself what keys are expected to."""
    return rx.el.input(
        type="range",
        min=it.frame.first,
        max=it.last,
        step=1,
        default_value=it.last,
        key=it.frame.first,
        on_change=picked.set_value,
        on_focus=picked.set_value(it.last),
        on_blur=picked.set_value(NOWHERE),
        aria_label=f"Bars of {it.measure} over time. The arrow keys go from bar to bar.",
        aria_valuetext=rx.cond(it.is_picked, f"{it.picked.span}: {it.picked.words}", ""),
        class_name="chart-keys",
    )


def _line(one: LegendLine) -> rx.Component:
    return rx.el.li(
        rx.el.i(style={"background": one.color}),
        rx.el.span(one.label),
        rx.el.b(one.total),
        key=one.id,
        title=one.id,
    )


def _table(it: _Chart, caption: str | rx.Var[str]) -> rx.Component:
    """Show the bars' values as a table, for screen readers."""

    def row(bar: Any) -> rx.Component:
        return rx.cond(
            (bar.parts.length() > 0) & (bar.place >= it.frame.first),
            rx.el.tr(
                rx.el.th(bar.span, scope="row"),
                rx.el.td(bar.total),
                rx.el.td(bar.words),
                key=bar.place,
            ),
        )

    heads = [rx.el.th(head, scope="col") for head in ("Time", "In all", "Of it")]
    return rx.el.div(
        rx.el.table(
            rx.el.caption(caption),
            rx.el.thead(rx.el.tr(*heads)),
            rx.el.tbody(rx.foreach(it.bars, row)),
        ),
        class_name="heard",
    )


def zone() -> rx.Component:
    """Tell the server how far the browser's clock is from UTC, once the page is there."""
    return rx.el.span(on_mount=DashboardState.choose_zone(ZONE), hidden=True)
