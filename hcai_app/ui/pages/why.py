"""The page /why/{request id}: why a call was refused, until when, and what to do."""

import reflex as rx

from hcai_app.ui.components import calls, shell
from hcai_app.ui.islands.time import local_time
from hcai_app.ui.state import why as state
from hcai_app.ui.state.why import WhyState

HERE = "/activity"


@rx.page("/why/[request_id]", title="Why · HCAI", on_load=WhyState.load_why)
def why() -> rx.Component:
    """Show what happened to the call that the address names."""
    return shell.page(
        "What happened to this call",
        rx.fragment(
            rx.match(
                WhyState.status,
                (state.FOUND, _found()),
                (state.MISSING, _missing()),
                (state.FAILED, shell.problem(WhyState.problem, WhyState.load_why)),
                shell.loading(),
            )
        ),
        here=HERE,
        skeleton=shell.loading,
    )


def _found() -> rx.Component:
    told = WhyState.why
    return rx.el.section(
        rx.el.h2(told.title),
        rx.el.p(told.story, class_name="why-story"),
        rx.cond(
            told.until_ms > 0,
            rx.el.p(
                "It may pass again from ", local_time(told.until_ms), " on.", class_name="quiet"
            ),
        ),
        rx.el.div(
            rx.cond(told.fix != "", shell.link(told.fix_words, to=told.fix, class_name="button")),
            shell.link("Read about it in the docs", to=told.docs, class_name="button quiet"),
            rx.cond(
                told.appeal != "",
                shell.link("This was a mistake", to=told.appeal, class_name="button quiet"),
            ),
            class_name="why-actions",
        ),
        rx.el.div(calls.request_id(told.id), class_name="call-ids"),
        rx.el.dl(rx.foreach(told.facts, calls.fact), class_name="call-facts"),
        rx.el.p(
            "Nothing of what the call said is kept. Refused calls are listed for 7 days.",
            class_name="quiet",
        ),
        class_name="card why",
    )


def _missing() -> rx.Component:
    return rx.el.section(
        rx.el.p("404", class_name="missing-number", aria_hidden=True),
        rx.el.h2("There is nothing here"),
        rx.el.p(
            "You have no call with this request id. Refused calls are kept for 7 days, and each "
            "is shown to whoever made it alone."
        ),
        shell.link("See your calls", to="/activity", class_name="button"),
        class_name="empty",
    )
