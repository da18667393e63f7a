"""The page /why/{request id}: why a call was refused, until when, and what to do."""

import reflex as rx

from hcai_app.services.fairuse.appeals import REASONS
from hcai_app.ui.components import calls, shell
from hcai_app.ui.islands.clock import local_time
from hcai_app.ui.state import why as state
from hcai_app.ui.state.why import WhyState

HERE = "/activity"
WAITING = "Nobody has looked yet. The answer will stand here, for three months."


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
            class_name="why-actions",
        ),
        _appeal(),
        rx.el.div(calls.request_id(told.id), class_name="call-ids"),
        rx.el.dl(rx.foreach(told.facts, calls.fact), class_name="call-facts"),
        rx.el.p(
            "Nothing of what the call said is kept. Refused calls are listed for 7 days.",
            class_name="quiet",
        ),
        class_name="card why",
    )


def _appeal() -> rx.Component:
    """Show how to appeal, or how far an appeal has come."""
    made = WhyState.appeal
    return rx.cond(
        made.reason != "",
        rx.el.div(
            rx.el.h3("Your appeal"),
            rx.el.p(f"{made.reason}. Sent ", local_time(made.made_ms), "."),
            rx.cond(made.is_answered, _answer(), rx.el.p(WAITING, class_name="quiet")),
            role="status",
            class_name="why-appeal",
        ),
        rx.cond(made.can_be_made, _appealing()),
    )


def _answer() -> rx.Component:
    made = WhyState.appeal
    verdict = rx.cond(made.is_accepted, "You are right: ", "The rule stands: ")
    return rx.el.p(rx.el.b(verdict), made.answer)


def _appealing() -> rx.Component:
    choices = [
        rx.el.li(
            rx.el.button(
                words,
                on_click=WhyState.appeal_for(reason.value),
                type="button",
                class_name="button small quiet",
            )
        )
        for reason, words in REASONS.items()
    ]
    return rx.el.details(
        rx.el.summary("This was a mistake"),
        rx.el.p(
            "Why? A person looks at it. They get the request id, the rule and your choice; what "
            "the call said is kept nowhere."
        ),
        rx.el.ul(*choices),
        class_name="call-report",
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
