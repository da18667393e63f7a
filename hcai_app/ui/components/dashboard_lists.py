"""The dashboard's lists: the latest calls beside the top models."""

import reflex as rx

from hcai_app.services.limits import period
from hcai_app.ui.components import shell
from hcai_app.ui.islands.clock import local_time
from hcai_app.ui.state.dashboard import DashboardState
from hcai_app.ui.view_models import CallLine, ModelLine

COLUMNS = {"When": "when", "Model": "", "Key": "wide key", "Tokens": "end wide", "Cost": "end"}


def lists() -> rx.Component:
    """Show the latest calls beside the top models."""
    return rx.el.div(latest_card(), models_card(), class_name="dash-lists")


def latest_card() -> rx.Component:
    """Show the latest calls."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Latest calls"),
            shell.link("All activity", to="/activity"),
            class_name="card-head",
        ),
        rx.el.table(
            rx.el.thead(
                rx.el.tr(
                    *[
                        rx.el.th(name, scope="col", class_name=kind)
                        for name, kind in COLUMNS.items()
                    ]
                )
            ),
            rx.el.tbody(rx.foreach(DashboardState.latest, call_row)),
            class_name="latest-calls",
        ),
        class_name="card",
    )


def call_row(call: CallLine) -> rx.Component:
    """Show one call as one line."""
    return rx.el.tr(
        rx.el.td(local_time(call.at_ms, "ago"), class_name="quiet"),
        rx.el.td(
            rx.el.span(
                rx.el.span(call.model, class_name="name"),
                rx.cond(call.problem != "", rx.el.span(call.problem, class_name="pill")),
                class_name="with-pill",
            ),
            title=call.model_id,
        ),
        rx.el.td(call.key, class_name="quiet wide"),
        rx.el.td(call.tokens, class_name="num end wide"),
        rx.el.td(call.cost, class_name="num end"),
        key=call.id,
    )


def models_card() -> rx.Component:
    """Show the top models of the budget's period."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2(f"Top models {period.THIS}"),
            shell.link("Find a model", to="/models"),
            class_name="card-head",
        ),
        rx.cond(
            DashboardState.models,
            rx.el.ul(rx.foreach(DashboardState.models, model_line), class_name="top-models"),
            rx.el.p(f"Nothing yet {period.THIS}. Your budget is waiting.", class_name="quiet"),
        ),
        class_name="card",
    )


def model_line(model: ModelLine) -> rx.Component:
    """Show one model and its share."""
    return rx.el.li(
        rx.el.span(model.model, title=model.model_id, class_name="name"),
        rx.el.span(model.cost, class_name="num"),
        rx.el.span(
            rx.el.span(style={"width": f"{model.share_percent}%", "background": model.color}),
            class_name="share",
            aria_hidden=True,
        ),
        rx.el.span(model.requests, ", ", model.tokens, " tokens", class_name="quiet"),
        key=model.model_id,
    )
