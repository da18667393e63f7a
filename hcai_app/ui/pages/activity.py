"""The page /activity: every call of the user, with filters."""

import reflex as rx

from hcai_app.ui.components import calls, shell
from hcai_app.ui.components.plain import anchor
from hcai_app.ui.state.activity import FIRST_DAY, ActivityState
from hcai_app.ui.state.activity_address import PAGE_PATH
from hcai_app.ui.state.outcomes import OUTCOMES, REFUSED, REFUSED_WORDS
from hcai_app.ui.view_models import ChoiceView

LEAD = "Every call you made: what it used, what it cost, how it ended."
FIELDS_ID = "filter-fields"
SPANS = (("Today", "today"), ("7 days", "7"), ("30 days", "30"), ("All time", "all"))


@rx.page("/activity", title="Activity · HCAI", description=LEAD, on_load=ActivityState.open_page)
def activity() -> rx.Component:
    """Show the visitor's calls, filtered by the address's query."""
    phases = {"ready": _body(), "failed": _failed(), "odd": _odd()}
    return shell.page(
        "Activity",
        rx.fragment(rx.match(ActivityState.phase, *phases.items(), _skeleton())),
        here=PAGE_PATH,
        lead=LEAD,
        actions=_actions(),
        skeleton=_skeleton,
    )


def _skeleton() -> rx.Component:
    return rx.fragment(_filters(), calls.skeleton())


def _actions() -> rx.Component:
    return rx.cond(
        ActivityState.is_signed_in,
        rx.el.div(
            rx.el.button(
                rx.icon("refresh-cw", size=16, aria_hidden=True),
                "Reload",
                on_click=ActivityState.reload,
                type="button",
                class_name="button small quiet",
            ),
            anchor(
                rx.icon("download", size=16, aria_hidden=True),
                "Download CSV",
                href=ActivityState.csv,
                download=True,
                title="All calls that the filter leaves, newest first",
                class_name="button small quiet",
            ),
            class_name="activity-actions",
        ),
    )


def _body() -> rx.Component:
    is_new = ~ActivityState.wanted.is_set & ~ActivityState.has_newer & ~ActivityState.has_older
    return rx.cond(
        (ActivityState.calls.length() == 0) & is_new,
        _nothing_yet(),
        rx.fragment(
            _filters(),
            _sums(),
            _news(),
            rx.cond(ActivityState.calls.length() == 0, _nothing_found(), calls.call_list()),
            _paging(),
        ),
    )


def _sums() -> rx.Component:
    """Show what everything adds up to that the filter leaves."""
    sums = ActivityState.sums
    return rx.el.dl(
        _sum("Calls", sums.calls),
        _sum("Tokens", sums.tokens),
        _sum("Cost", sums.cost),
        rx.cond(sums.has_refused, _sum("Refused, last 7 days", sums.refused)),
        rx.cond(
            sums.is_partial, rx.el.p("Of the newest 20,000 calls.", class_name="sums-note quiet")
        ),
        aria_label="All that the filter leaves",
        class_name="sums",
    )


def _sum(name: str, value: str | rx.Var[str]) -> rx.Component:
    return rx.el.div(rx.el.dt(name), rx.el.dd(value, class_name="num"))


def _news() -> rx.Component:
    """Say that calls have come while one is being read; a click shows them."""
    held = ActivityState.held
    return rx.el.div(
        rx.cond(
            held > 0,
            rx.el.button(
                rx.icon("arrow-up", size=16, aria_hidden=True),
                held,
                rx.cond(held == 1, " new call", " new calls"),
                on_click=ActivityState.reload,
                type="button",
                class_name="button small quiet",
            ),
        ),
        role="status",
        class_name="news",
    )


def _failed() -> rx.Component:
    return shell.problem(ActivityState.problem, ActivityState.open_page)


def _odd() -> rx.Component:
    return rx.el.section(
        shell.empty(
            "That filter is odd",
            "The address asks for something that does not exist: a day, perhaps, or an outcome.",
            shell.link("Show all calls", to=PAGE_PATH, class_name="button quiet"),
        ),
        class_name="card",
    )


def _nothing_yet() -> rx.Component:
    return rx.el.section(
        shell.empty(
            "No calls yet",
            "Make a key, send your first request, and it stands here a moment later: "
            "the model, the tokens, the cost, and how it ended.",
            shell.link("Make a key", to="/keys", class_name="button"),
            drawn="parcel",
        ),
        class_name="card",
    )


def _nothing_found() -> rx.Component:
    return rx.el.section(
        rx.cond(
            ActivityState.has_older,
            shell.empty("Nothing so far", "There is more to look through, further back."),
            shell.empty(
                "No call fits",
                "None of your calls is like this. Take something off the filter.",
                shell.link("Clear the filter", to=PAGE_PATH, class_name="button quiet"),
            ),
        ),
        class_name="card",
    )


def _filters() -> rx.Component:
    wanted = ActivityState.wanted
    return rx.el.section(
        rx.el.div(
            *(_span(name, span) for name, span in SPANS),
            role="group",
            aria_label="Days",
            class_name="chips",
        ),
        _opener(),
        _fields(),
        rx.cond(
            wanted.is_set & (ActivityState.calls.length() > 0),
            shell.link("Clear the filter", to=PAGE_PATH, class_name="clear-filter"),
        ),
        aria_label="Filter",
        class_name="filter",
    )


def _span(name: str, span: str) -> rx.Component:
    return rx.el.button(
        name,
        on_click=ActivityState.choose_span(span),
        type="button",
        aria_pressed=ActivityState.wanted.span == span,
        class_name="chip",
    )


def _opener() -> rx.Component:
    """Show the button that unfolds the fields on a phone."""
    return rx.el.button(
        rx.icon("sliders-horizontal", size=16, aria_hidden=True),
        "Model, key, outcome, days",
        on_click=ActivityState.toggle_fields,
        type="button",
        aria_expanded=ActivityState.has_fields,
        aria_controls=FIELDS_ID,
        class_name="button small quiet filter-opener",
    )


def _fields() -> rx.Component:
    wanted = ActivityState.wanted
    outcomes = [
        rx.el.option(words.name, value=outcome.value) for outcome, words in OUTCOMES.items()
    ]
    outcomes.append(rx.el.option(REFUSED_WORDS.name, value=REFUSED))
    return rx.el.div(
        _select("model", "Model", rx.foreach(ActivityState.models, _option), wanted.model),
        _select("key", "Key", rx.foreach(ActivityState.keys, _option), wanted.key),
        _select("outcome", "Outcome", rx.fragment(*outcomes), wanted.outcome),
        _day("from", "From", wanted.first),
        _day("to", "To", wanted.last),
        id=FIELDS_ID,
        class_name=rx.cond(ActivityState.has_fields, "filter-fields is-open", "filter-fields"),
    )


def _select(name: str, label: str, options: rx.Component, value: rx.Var[str] | str) -> rx.Component:
    return rx.el.div(
        rx.el.label(label, html_for=f"filter-{name}"),
        rx.el.select(
            rx.el.option("Any", value=""),
            options,
            value=value,
            on_change=lambda chosen: ActivityState.choose(name, chosen),
            id=f"filter-{name}",
            class_name="input small",
        ),
        class_name=f"field of-{name}",
    )


def _option(choice: ChoiceView) -> rx.Component:
    return rx.el.option(choice.text, value=choice.value, key=choice.value)


def _day(name: str, label: str, value: rx.Var[str] | str) -> rx.Component:
    return rx.el.div(
        rx.el.label(label, rx.el.span(" (UTC)", class_name="quiet"), html_for=f"filter-{name}"),
        rx.el.input(
            id=f"filter-{name}",
            key=value,
            type="date",
            default_value=value,
            min=FIRST_DAY,
            on_change=lambda day: ActivityState.choose_day(name, day),
            class_name="input small",
        ),
        class_name=f"field of-{name}",
    )


def _paging() -> rx.Component:
    return rx.el.nav(
        rx.cond(
            ActivityState.searched_to_ms > 0,
            rx.el.p(
                "Looked back to ",
                calls.local_time(ActivityState.searched_to_ms),
                ".",
                class_name="quiet",
            ),
        ),
        rx.cond(
            ActivityState.has_newer,
            rx.fragment(
                _turn("Newest", "chevrons-left", ActivityState.show_newest),
                rx.cond(
                    ActivityState.has_way_back,
                    _turn("Newer", "chevron-left", ActivityState.show_newer),
                ),
            ),
        ),
        rx.cond(
            ActivityState.has_older,
            rx.el.button(
                rx.cond(ActivityState.searched_to_ms > 0, "Look further back", "Older"),
                rx.icon("chevron-right", size=16, aria_hidden=True),
                on_click=ActivityState.show_older,
                type="button",
                class_name="button small quiet",
            ),
        ),
        aria_label="Pages",
        class_name="paging",
    )


def _turn(name: str, icon: str, handler: rx.event.EventType[()]) -> rx.Component:
    return rx.el.button(
        rx.icon(icon, size=16, aria_hidden=True),
        name,
        on_click=handler,
        type="button",
        class_name="button small quiet",
    )
