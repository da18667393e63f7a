"""The page /dashboard: budget, live usage, onboarding of a new user."""

from collections.abc import Mapping
from typing import Any

import reflex as rx

from hcai_app.services.limits import period
from hcai_app.services.usage.charts import Group, Range
from hcai_app.ui.components import chart, limits, shell
from hcai_app.ui.components.alarm import alarm
from hcai_app.ui.components.celebration import celebration
from hcai_app.ui.components.dashboard_lists import lists
from hcai_app.ui.components.late import late
from hcai_app.ui.components.leaks import leaked_keys
from hcai_app.ui.components.rolling import rolling
from hcai_app.ui.components.steps import first_steps
from hcai_app.ui.islands.clock import countdown
from hcai_app.ui.state.chart_view import Measure
from hcai_app.ui.state.dashboard import DashboardState
from hcai_app.ui.state.leaks import LeaksState

RANGES = {
    Range.MINUTES: ("5m", "The last 5 minutes"),
    Range.DAY: ("24h", "The last 24 hours"),
    Range.WEEK: ("7d", "The last 7 days"),
    Range.MONTH: ("30d", "The last 30 days"),
}
GROUPS = {Group.MODEL: ("Models", "By model"), Group.KEY: ("Keys", "By key")}
MEASURES = {
    Measure.REQUESTS: ("Requests", "Show requests"),
    Measure.TOKENS: ("Tokens", "Show tokens"),
    Measure.COST: ("Cost", "Show cost"),
}
LEFT = f"Left to spend {period.THIS}"
LOW_PERCENT = 80
figures = DashboardState.figures
is_spent = figures.spent_percent >= 100
is_low = figures.spent_percent >= LOW_PERCENT
CAPTION = f"Your {DashboardState.measure}, {DashboardState.range}"


@rx.page(
    "/dashboard",
    title="Dashboard · HCAI",
    description="What is left of today, and what your programs do right now.",
    on_load=[DashboardState.load, LeaksState.load_leaks],
)
def dashboard() -> rx.Component:
    """Show the visitor's usage, or the first steps of a new user."""
    return shell.page(
        "Dashboard",
        leaked_keys(),
        chart.zone(),
        rx.cond(
            DashboardState.is_loaded,
            content(),
            rx.cond(
                DashboardState.problem != "",
                shell.problem(DashboardState.problem, DashboardState.load),
                skeleton(),
            ),
        ),
        here="/dashboard",
        skeleton=skeleton,
    )


def content() -> rx.Component:
    """Show the loaded page."""
    return rx.fragment(
        top_row(),
        rx.cond(DashboardState.celebrates, celebration()),
        rx.cond(figures.has_key & figures.has_called, rx.fragment(), first_steps(figures)),
        rx.cond(figures.has_called, late(usage, usage_skeleton())),
        alarm(DashboardState.renews_in_ms, DashboardState.load, set_by=DashboardState.now_ms),
    )


def top_row() -> rx.Component:
    """Show the remaining budget and its use."""
    return rx.el.section(
        money_card(),
        calls_left(),
        stat(f"Requests {period.THIS}", figures.requests, f"since {period.BOUNDARY}"),
        stat(f"Tokens {period.THIS}", figures.tokens, "in and out"),
        aria_label=period.THIS.capitalize(),
        class_name="today",
    )


def money_card() -> rx.Component:
    """Show the money that is left: the loud thing of this page."""
    return rx.el.div(
        rx.el.p(
            rx.cond(
                is_spent,
                f"All of {period.THIS}’s money is spent",
                rx.cond(is_low, f"Nearly all of {period.THIS}’s money", LEFT),
            ),
            class_name="stat-label",
        ),
        rx.el.p(rolling(text=figures.left), class_name="money-left", id="money-left"),
        rx.el.div(
            rx.el.div(style={"width": f"{figures.spent_percent}%"}),
            aria_label=f"Spent {period.THIS}",
            class_name="meter",
            custom_attrs={
                "role": "meter",
                "aria-valuemin": "0",
                "aria-valuemax": "100",
                "aria-valuenow": figures.spent_percent,
                "aria-valuetext": f"{figures.spent} of {figures.budget}",
            },
        ),
        rx.el.p(
            rx.el.span(figures.spent, " of ", figures.budget, " spent", class_name="num"),
            rx.el.span(
                rx.cond(is_spent, "works again in ", "resets in "),
                countdown(figures.resets_at_ms, DashboardState.now_ms),
                title=f"At {period.BOUNDARY}",
            ),
            class_name="money-foot",
        ),
        class_name=rx.cond(
            is_spent, "card money is-spent", rx.cond(is_low, "card money is-low", "card money")
        ),
    )


def calls_left() -> rx.Component:
    """Show the calls that the window has left, and when it has some again."""
    return rx.el.div(
        rx.el.p("Calls left", class_name="stat-label"),
        rx.el.p(rolling(text=figures.calls_left), class_name="stat-value"),
        rx.el.p(
            rx.cond(
                figures.calls_left == "0",
                rx.fragment("again in ", countdown(figures.window_reset_ms, DashboardState.now_ms)),
                rx.fragment("of ", figures.calls_limit, f" {limits.pace()}"),
            ),
            class_name="stat-hint",
        ),
        class_name=rx.cond(figures.calls_left == "0", "card stat is-spent", "card stat"),
    )


def stat(label: str, value: str | rx.Var[str], *hint: str | rx.Var[str]) -> rx.Component:
    """Show one number."""
    return rx.el.div(
        rx.el.p(label, class_name="stat-label"),
        rx.el.p(rolling(text=value), class_name="stat-value"),
        rx.el.p(*hint, class_name="stat-hint"),
        class_name="card stat",
    )


def usage() -> rx.Component:
    """Show what the calls were."""
    return rx.fragment(chart_card(), lists())


def chart_card() -> rx.Component:
    """Show usage over time."""
    chosen = DashboardState
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Usage"),
            rx.el.div(
                tabs("What to show", MEASURES, chosen.measure, chosen.choose_measure),
                tabs("Group by", GROUPS, chosen.group, chosen.choose_group),
                tabs("How far back", RANGES, chosen.range, chosen.choose_range),
                class_name="chart-choices",
            ),
            class_name="card-head",
        ),
        chart.usage_chart(DashboardState, caption=CAPTION, on_move=DashboardState.move_chart),
        class_name="card chart-card",
        id="usage",
    )


def tabs(
    label: str,
    choices: Mapping[Any, tuple[str, str]],
    chosen: str | rx.Var[str],
    choose: rx.event.EventCallback[str],
) -> rx.Component:
    """Show tabs with one selected."""
    return rx.el.div(
        *[
            rx.el.button(
                name,
                on_click=choose(value.value),
                type="button",
                title=title,
                custom_attrs={"aria-pressed": rx.cond(chosen == value.value, "true", "false")},
            )
            for value, (name, title) in choices.items()
        ],
        role="group",
        aria_label=label,
        class_name="tabs",
    )


def skeleton() -> rx.Component:
    """Show placeholders of the figures' size while they load."""
    return rx.fragment(
        rx.el.div(
            rx.el.div(class_name="card money skeleton-box"),
            *[rx.el.div(class_name="card stat skeleton-box") for _ in range(3)],
            class_name="today",
        ),
        usage_skeleton(),
        rx.el.span("Loading …", class_name="heard", role="status"),
    )


def usage_skeleton() -> rx.Component:
    """Show placeholders of the chart and the lists."""
    return rx.fragment(
        rx.el.div(class_name="card chart-card skeleton-box"),
        rx.el.div(
            rx.el.div(class_name="card skeleton-box"),
            rx.el.div(class_name="card skeleton-box"),
            class_name="dash-lists",
        ),
    )
