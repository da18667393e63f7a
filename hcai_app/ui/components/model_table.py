"""The table of models, its rows waiting for theirs, and the search above it."""

import reflex as rx

from hcai_app.services.models import listing
from hcai_app.ui.components import shell
from hcai_app.ui.components.faces import face
from hcai_app.ui.components.shortcut import shortcut
from hcai_app.ui.islands.browser import copy_text
from hcai_app.ui.state.models import ModelsState
from hcai_app.ui.view_models.models import CatalogRow

FIELD = "model-search"
COLUMNS = ("Model", "What it is for", "Speed here", "Context", "In", "Out")
FIGURES = ("speed", "context", "in", "out")
SELECTS = {"in": "What goes in", "price": "Price", "context": "Context", "sort": "Order"}
SKELETON_ROWS = 9
FORBIDDEN = "18+ by its maker’s terms"


def filters() -> rx.Component:
    """Show the search field and what else can be chosen."""
    return rx.el.div(
        rx.el.div(
            rx.icon("search", size=20, aria_hidden=True),
            rx.el.input(
                id=FIELD,
                key=f"visit {ModelsState.visits}",
                type="search",
                default_value=ModelsState.chosen["q"],
                on_change=ModelsState.search.debounce(80),
                aria_label="Search models",
                placeholder="Search by name, maker or id",
                auto_complete="off",
                spell_check=False,
                max_length=listing.MAX_QUERY,
                class_name="input",
            ),
            rx.el.kbd("/", aria_hidden=True),
            shortcut(FIELD),
            class_name="model-search",
        ),
        rx.el.div(
            _outputs(), *[_select(*named) for named in SELECTS.items()], class_name="model-choices"
        ),
        role="search",
        aria_label="Models",
        class_name="model-filters",
    )


def count() -> rx.Component:
    """Say how many there are, and what the prices are for."""
    return rx.el.div(
        rx.el.p(ModelsState.count, role="status"),
        rx.cond(
            ModelsState.is_filtered,
            rx.el.button(
                "Clear", on_click=ModelsState.clear, type="button", class_name="small-button"
            ),
        ),
        rx.el.p(
            "Prices are for a million tokens, and Hack Club pays them.", class_name="model-unit"
        ),
        class_name="model-count",
    )


def table() -> rx.Component:
    """Show the rows, or where they will be.

    The roles are written out: a narrow screen shows the rows as blocks, and they stay a table.
    """
    is_waiting = ModelsState.phase == "loading"
    waiting = rx.fragment(*[_waiting_row() for _ in range(SKELETON_ROWS)])
    return rx.el.table(
        rx.el.thead(rx.el.tr(*map(_header, COLUMNS), role="row"), role="rowgroup"),
        rx.el.tbody(
            rx.cond(is_waiting, waiting, rx.foreach(ModelsState.rows, _row)), role="rowgroup"
        ),
        role="table",
        aria_busy=is_waiting,
        class_name="model-table",
    )


def rest() -> rx.Component:
    """Offer the rows that are not shown."""
    return rx.cond(
        ModelsState.more > 0,
        rx.el.button(
            "Show the other ",
            ModelsState.more,
            on_click=ModelsState.show_rest,
            type="button",
            class_name="button quiet small model-rest",
        ),
    )


def _outputs() -> rx.Component:
    return rx.el.div(
        *[
            rx.el.button(
                words,
                on_click=ModelsState.choose("out", value),
                type="button",
                aria_pressed=ModelsState.chosen["out"] == value,
            )
            for value, words in listing.CHOICES["out"].items()
        ],
        role="group",
        aria_label="What comes out",
        class_name="tabs",
    )


def _select(name: str, label: str) -> rx.Component:
    return rx.el.select(
        *[rx.el.option(words, value=value) for value, words in listing.CHOICES[name].items()],
        value=ModelsState.chosen[name],
        on_change=lambda value: ModelsState.choose(name, value),
        aria_label=label,
        data_chosen=ModelsState.chosen[name] != "",
        class_name="input small",
    )


def _header(name: str) -> rx.Component:
    side = "right" if name in COLUMNS[2:] else ""
    return rx.el.th(name, role="columnheader", scope="col", class_name=side)


def _row(model: CatalogRow) -> rx.Component:
    return rx.el.tr(
        rx.el.th(_names(model), role="rowheader", scope="row"),
        rx.el.td(
            rx.el.p(model.line, title=model.line),
            _marks(model),
            role="cell",
            class_name="model-about",
        ),
        _speed(model),
        _figure("context", model.context),
        _figure("in", model.price_in),
        _figure("out", model.price_out, rx.cond(model.each != "", rx.el.small(model.each))),
        role="row",
        key=model.id,
    )


def _names(model: CatalogRow) -> rx.Component:
    return rx.el.div(
        face(model.face, model.color),
        rx.el.div(
            rx.el.div(
                shell.link(model.name, to="/models/" + model.id, class_name="model-name"),
                rx.el.span(model.maker, class_name="model-maker"),
                rx.cond(model.is_new, rx.el.span("new", class_name="pill new")),
                class_name="model-names",
            ),
            rx.el.div(rx.el.code(model.id), copy_text(model.id), class_name="model-id"),
            class_name="model-who",
        ),
        class_name="model-cell",
    )


def _marks(model: CatalogRow) -> rx.Component:
    return rx.el.div(
        rx.el.span(
            rx.el.span("Takes ", class_name="heard"),
            rx.foreach(model.inputs, _kind),
            rx.el.span("→", aria_hidden=True, class_name="arrow"),
            rx.el.span(" gives ", class_name="heard"),
            rx.foreach(model.outputs, _kind),
            class_name="model-way",
        ),
        rx.foreach(model.marks, lambda mark: rx.el.span(mark, class_name="model-can", key=mark)),
        rx.cond(model.is_forbidden, rx.el.span(FORBIDDEN, class_name="pill forbidden")),
        class_name="model-marks",
    )


def _kind(kind: str) -> rx.Component:
    return rx.el.span(kind, class_name="model-kind", key=kind)


def _figure(name: str, value: str, *more: rx.Component) -> rx.Component:
    return rx.el.td(
        rx.el.span(value),
        rx.el.span(name, aria_hidden=True, class_name="unit"),
        *more,
        role="cell",
        class_name=f"right num of-{name}",
    )


def _speed(model: CatalogRow) -> rx.Component:
    """Show the measured pace and time to the first token, as far as they are known."""
    return rx.el.td(
        rx.cond(
            (model.pace == "") & (model.first == ""),
            rx.el.span("–", title="Too few calls in the last 7 days to say", data_unknown=True),
            rx.fragment(
                rx.el.span(
                    rx.cond(model.pace == "", "–", model.pace), title="Tokens a second, the median"
                ),
                rx.cond(
                    model.first != "",
                    rx.el.small("after ", model.first, title="Until the first token, the median"),
                ),
            ),
        ),
        role="cell",
        class_name="right num of-speed",
    )


def _waiting_row() -> rx.Component:
    def bar(width: str) -> rx.Component:
        return rx.el.span(class_name="skeleton line", style={"width": width})

    return rx.el.tr(
        rx.el.th(bar("60%"), bar("80%"), role="rowheader", scope="row"),
        rx.el.td(bar("90%"), bar("50%"), role="cell", class_name="model-about"),
        *[rx.el.td(bar("48px"), role="cell", class_name=f"right of-{name}") for name in FIGURES],
        role="row",
        class_name="model-waiting",
    )
