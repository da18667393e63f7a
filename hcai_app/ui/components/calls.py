"""The list of a user's calls; each row opens in place."""

import reflex as rx

from hcai_app.services.safety.reports import REASONS
from hcai_app.services.safety.verdicts import HELP
from hcai_app.ui.components import shell
from hcai_app.ui.components.plain import anchor
from hcai_app.ui.islands.browser import copy_button
from hcai_app.ui.islands.clock import local_time
from hcai_app.ui.state.activity import LIST_ID, ActivityState
from hcai_app.ui.state.outcomes import OUTCOMES, REFUSED, REFUSED_WORDS
from hcai_app.ui.view_models import CallView, FactView

COLUMNS = ("Time", "Model", "Key", "Tokens", "Cost", "First token", "Outcome")
DETAIL_ID = "call-detail"
SKELETON_ROWS = 12


def call_list() -> rx.Component:
    """Show a page of calls under the column headers."""
    return rx.el.div(
        _head(),
        rx.el.ul(rx.foreach(ActivityState.calls, _row), class_name="calls-rows"),
        id=LIST_ID,
        class_name="card calls",
    )


def skeleton() -> rx.Component:
    """Show a placeholder while the calls load."""
    row = [rx.el.span(class_name="skeleton line") for _ in COLUMNS]
    rows = [rx.el.li(rx.el.div(*row, class_name="call")) for _ in range(SKELETON_ROWS)]
    return rx.el.div(
        _head(),
        rx.el.ul(*rows, aria_hidden=True, class_name="calls-rows"),
        rx.el.span("Loading …", class_name="heard", role="status"),
        class_name="card calls is-loading",
    )


def _head() -> rx.Component:
    names = [rx.el.span(name) for name in COLUMNS]
    return rx.el.div(*names, aria_hidden=True, class_name="call calls-head")


def _row(call: CallView) -> rx.Component:
    is_open = ActivityState.opened == call.id
    return rx.el.li(
        rx.el.button(
            rx.el.span(local_time(call.at_ms), class_name="call-time num"),
            rx.el.span(
                rx.el.i(class_name="dot", style={"background": call.color}, aria_hidden=True),
                rx.el.span(call.model, class_name="call-name"),
                class_name="call-model",
            ),
            rx.el.span(call.key, class_name="call-key"),
            rx.el.span(call.tokens, rx.el.span(" tokens", class_name="unit"), class_name="num"),
            _cost(call),
            rx.el.span(
                call.first_byte,
                rx.el.span(" to the first token", class_name="heard"),
                class_name="call-first num",
            ),
            _outcome(call),
            rx.icon("chevron-down", size=16, aria_hidden=True, class_name="call-arrow"),
            on_click=ActivityState.toggle(call.id),
            type="button",
            aria_expanded=is_open,
            aria_controls=rx.cond(is_open, DETAIL_ID, ""),
            class_name="call",
        ),
        rx.cond(is_open, _detail()),
        key=call.id,
        class_name=rx.cond(call.is_new, "is-new", ""),
    )


def _cost(call: CallView) -> rx.Component:
    return rx.el.span(
        call.cost, class_name=rx.cond(call.is_settled, "call-cost num", "call-cost unsettled")
    )


def _outcome(call: CallView) -> rx.Component:
    icons = [(outcome.value, _icon(words.icon)) for outcome, words in OUTCOMES.items()]
    icons.append((REFUSED, _icon(REFUSED_WORDS.icon)))
    return rx.el.span(
        rx.match(call.outcome, *icons, _icon("circle-help")),
        call.words,
        class_name=rx.cond(call.outcome == "completed", "call-outcome", "call-outcome is-failed"),
    )


def _icon(name: str) -> rx.Component:
    return rx.icon(name, size=16, aria_hidden=True)


def _detail() -> rx.Component:
    detail = ActivityState.detail
    return rx.el.div(
        rx.el.p(
            detail.story,
            rx.cond(
                detail.why != "",
                rx.fragment(" ", shell.link("What to do about it", to=detail.why)),
            ),
            class_name="call-story",
        ),
        rx.el.div(
            request_id(detail.id),
            rx.cond(
                detail.generation_id != "",
                _id("Generation id", "generation-id", detail.generation_id, "The provider's own"),
            ),
            class_name="call-ids",
        ),
        rx.el.dl(rx.foreach(detail.facts, fact), class_name="call-facts"),
        rx.cond(detail.why == "", _report()),
        id=DETAIL_ID,
        role="region",
        aria_label="All about this call",
        class_name="call-detail",
    )


def _report() -> rx.Component:
    """Show how to report the answer, or that it is reported."""
    choices = [
        rx.el.li(
            rx.el.button(
                words,
                on_click=ActivityState.report_answer(reason.value),
                type="button",
                class_name="button small quiet",
            )
        )
        for reason, words in REASONS.items()
    ]
    return rx.cond(
        ActivityState.reported != "",
        rx.el.p(
            f"Reported: {ActivityState.reported}. Thank you. ",
            rx.cond(
                ActivityState.report_reply != "",
                f"Somebody of the team has looked at it: {ActivityState.report_reply}",
                "Somebody of the team looks at it.",
            ),
            role="status",
            class_name="call-report",
        ),
        rx.el.details(
            rx.el.summary("Report this answer"),
            rx.el.p(
                "What is wrong with it? Only the request id and your choice are kept; what was "
                "said is stored nowhere here. Does it weigh on you? ",
                anchor("People who listen", href=HELP),
                ".",
            ),
            rx.el.ul(*choices),
            open=ActivityState.is_reporting,
            class_name="call-report",
        ),
    )


def request_id(value: rx.Var[str] | str) -> rx.Component:
    """Show a call's id, to be copied."""
    return _id("Request id", "request-id", value, "The X-Request-Id of the answer")


def _id(name: str, place: str, value: rx.Var[str] | str, title: str) -> rx.Component:
    return rx.el.div(
        rx.el.span(name, class_name="call-id-name", title=title),
        rx.el.code(value, id=place, class_name="mono"),
        copy_button(place, f"the {name.lower()}"),
        class_name="call-id",
    )


def fact(shown: FactView) -> rx.Component:
    """Show one fact of a call."""
    return rx.el.div(
        rx.el.dt(shown.name),
        rx.el.dd(shown.value, class_name=rx.cond(shown.is_code, "mono", "")),
        key=shown.name,
    )
