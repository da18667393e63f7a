"""The page of one model: examples, facts, description."""

from typing import Any

import reflex as rx

from hcai_app.ui.components import chrome, limits, shell
from hcai_app.ui.components.arrival import heading, main
from hcai_app.ui.components.choice import remembered_tabs
from hcai_app.ui.components.examples import example_tabs
from hcai_app.ui.components.faces import face
from hcai_app.ui.components.measures import measured
from hcai_app.ui.components.plain import anchor
from hcai_app.ui.islands.browser import copy_button
from hcai_app.ui.state import model as state
from hcai_app.ui.state.model import ModelState

HERE = "/models"
FORBIDDEN = "18+ by its maker’s terms"
# Vars, whose methods a type checker does not see behind the states' own types.
MODEL: Any = ModelState.model
NEAREST: Any = ModelState.nearest


@rx.page("/models/[author]/[slug]", title=ModelState.title, on_load=ModelState.load_model)
def model() -> rx.Component:
    """Show the model that the address names."""
    return rx.fragment(
        shell.top_bar(HERE),
        main(
            rx.el.div(
                rx.match(
                    ModelState.status,
                    (state.FOUND, found()),
                    (state.MISSING, missing()),
                    (state.FAILED, failed()),
                    waiting(),
                ),
                class_name="model-page",
                on_unmount=ModelState.leave,
            ),
            class_name="wrap page",
        ),
        chrome.site_foot(),
        shell.tab_bar(HERE),
    )


def found() -> rx.Component:
    """Show a model that is offered."""
    return rx.fragment(
        head(),
        rx.el.section(
            rx.el.h2("Call it", class_name="heard"),
            example_tabs(MODEL.examples),
            remembered_tabs(MODEL.id),
            class_name="card example-card",
        ),
        key_note(),
        figures_row(),
        rx.cond(MODEL.is_measured, measured(MODEL.measures)),
        rx.el.div(prices_card(), facts_card(), class_name="grid-2"),
        rx.cond(MODEL.description != "", description()),
        rx.cond(MODEL.parameters.length() > 0, parameters()),
    )


def head() -> rx.Component:
    """Show the model's name, maker and id."""
    return rx.el.header(
        back(),
        rx.el.div(
            face(MODEL.face, MODEL.color),
            heading(MODEL.name, rx.el.span(MODEL.maker, class_name="model-maker")),
            class_name="model-title",
        ),
        rx.el.p(MODEL.line, class_name="model-line"),
        rx.el.div(
            rx.el.code(MODEL.id, id="model-id", class_name="mono"),
            copy_button("model-id", "the id"),
            rx.foreach(MODEL.marks, lambda mark: rx.el.span(mark, class_name="pill", key=mark)),
            rx.cond(MODEL.is_forbidden, rx.el.span(FORBIDDEN, class_name="pill forbidden")),
            shell.link(
                rx.icon("play", size=16, aria_hidden=True),
                "Try it in the playground",
                to="/playground?model=" + MODEL.id,
                class_name="button quiet small",
            ),
            class_name="model-id-row",
        ),
        class_name="model-head",
    )


def back() -> rx.Component:
    """Lead to the list."""
    return shell.link(
        rx.icon("arrow-left", size=16, aria_hidden=True),
        "All models",
        to=HERE,
        class_name="model-back",
    )


def key_note() -> rx.Component:
    """Say where the key in the examples comes from."""
    return rx.el.p(
        "Put your key into ",
        rx.el.code("AI_KEY", class_name="mono"),
        " first: ",
        rx.el.code("export AI_KEY=sk-hc-v1-…", class_name="mono"),
        ". No key yet? ",
        shell.link("Make one", to="/keys"),
        ".",
        class_name="key-note",
    )


def figures_row() -> rx.Component:
    """Show the four main figures."""
    return rx.el.dl(
        _figure("Context", MODEL.context, "tokens it can read at once"),
        _figure("Longest answer", MODEL.max_output, "tokens"),
        _figure("What you send", MODEL.price_in, "a million tokens"),
        _figure("What it writes", MODEL.price_out, "a million tokens"),
        class_name="grid-4 model-figures",
    )


def prices_card() -> rx.Component:
    """List every price, and who pays it."""
    return rx.el.section(
        rx.el.h2("What it costs Hack Club"),
        rx.el.table(
            rx.el.tbody(rx.foreach(MODEL.prices, _price_row)),
            class_name="facts-table",
        ),
        rx.cond(
            MODEL.buys != "",
            rx.el.p(rx.el.b(MODEL.buys), class_name="buys"),
        ),
        rx.el.p(
            f"You pay nothing. It counts against your {limits.budget()}, and "
            f"{limits.rate()} over all models.",
            class_name="facts-note",
        ),
        class_name="card",
    )


def facts_card() -> rx.Component:
    """Show the input and output modalities, and the model's age."""
    return rx.el.section(
        rx.el.h2("What it is"),
        rx.el.table(
            rx.el.tbody(
                _fact("Takes", _words(MODEL.inputs)),
                _fact("Gives", _words(MODEL.outputs)),
                rx.cond(MODEL.since != "", _fact("Here since", MODEL.since)),
                rx.cond(
                    MODEL.knowledge_until != "",
                    _fact("Knows the world until", MODEL.knowledge_until),
                ),
                _fact("Under 18", terms()),
                _fact(
                    "For programs",
                    anchor("as JSON", href="/proxy/v1/model/" + MODEL.id),
                ),
            ),
            class_name="facts-table",
        ),
        class_name="card",
    )


def terms() -> rx.Component:
    """Say what the maker's terms mean for minors, and where that stands."""
    return rx.el.span(
        MODEL.terms,
        rx.cond(
            MODEL.terms_source != "",
            rx.el.span(
                " (",
                anchor("source", href=MODEL.terms_source, rel="noreferrer"),
                ", read ",
                MODEL.terms_date,
                ")",
            ),
        ),
        class_name="model-terms",
    )


def description() -> rx.Component:
    """Show what its maker says, as plain text."""
    return rx.el.section(
        rx.el.h2("In its maker’s words"),
        rx.el.p(MODEL.description, class_name="model-description"),
        class_name="card",
    )


def parameters() -> rx.Component:
    """List the request parameters that it takes."""
    return rx.el.section(
        rx.el.h2("Parameters it takes"),
        rx.el.ul(
            rx.foreach(
                MODEL.parameters,
                lambda name: rx.el.li(rx.el.code(name, class_name="mono"), key=name),
            ),
            class_name="model-parameters",
        ),
        class_name="card",
    )


def missing() -> rx.Component:
    """Say that the model is not offered, and suggest similar ones."""
    return rx.el.section(
        heading("That model is not offered here"),
        rx.el.p(
            "There is no ", rx.el.code(ModelState.asked, class_name="mono"), " on this server."
        ),
        rx.cond(
            NEAREST.length() > 0,
            rx.fragment(
                rx.el.p("Did you mean one of these?"),
                rx.el.ul(
                    rx.foreach(
                        NEAREST,
                        lambda name: rx.el.li(
                            shell.link(name, to="/models/" + name.to(str), class_name="mono"),
                            key=name,
                        ),
                    ),
                    class_name="model-nearest",
                ),
            ),
        ),
        shell.link("See all models", to=HERE, class_name="button"),
        class_name="card empty",
    )


def failed() -> rx.Component:
    """Show that the catalog is unavailable, with a retry button."""
    return rx.fragment(
        rx.el.header(back(), heading(ModelState.asked), class_name="model-head"),
        shell.problem(ModelState.problem, ModelState.load_model),
    )


def waiting() -> rx.Component:
    """Show a placeholder while the model loads."""
    return rx.fragment(
        rx.el.header(
            back(),
            heading(rx.el.span(class_name="skeleton title-skeleton"), aria_label="Model"),
            rx.el.span(class_name="skeleton line-skeleton"),
            rx.el.span(class_name="skeleton id-skeleton"),
            class_name="model-head",
        ),
        rx.el.div(
            rx.el.span("Loading …", class_name="heard", role="status"),
            class_name="card example-skeleton skeleton",
        ),
    )


def _figure(label: str, value: rx.Var[str], hint: str) -> rx.Component:
    return rx.el.div(rx.el.dt(label), rx.el.dd(value, rx.el.small(hint)), class_name="card stat")


def _price_row(price: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(price.what, scope="row"),
        rx.el.td(price.price, rx.el.small(price.unit), class_name="num"),
        key=price.what,
    )


def _fact(name: str, value: rx.Component | rx.Var[str]) -> rx.Component:
    return rx.el.tr(rx.el.th(name, scope="row"), rx.el.td(value))


def _words(words: rx.Var[list[str]]) -> rx.Component:
    return rx.el.span(
        rx.foreach(words, lambda word: rx.el.span(word, class_name="model-kind", key=word)),
        class_name="model-way",
    )
