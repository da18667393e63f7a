"""What a run panel shows of a run: its figures, the answer, and the raw answer below it."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from hcai_app.edge.reflex_internals.browser import browser_call
from hcai_app.ui.components.plain import anchor
from hcai_app.ui.components.playground.store import (
    Failure,
    counted,
    milliseconds,
    url_of,
    words,
)
from hcai_app.ui.components.run_note import Known, note
from hcai_app.ui.islands.clock import local_time
from hcai_app.ui.islands.playground import script

LIBRARY = script("panels.mjs")


@dataclass(frozen=True)
class Run(Known):
    """A call; its state is `running`, `stopped`, `failed` or `done`."""

    state: str
    isStream: bool  # noqa: N815 - the browser's names
    status: int
    firstMs: float  # noqa: N815
    totalMs: float  # noqa: N815
    error: Failure
    raw: str


@dataclass(frozen=True)
class Panel:
    """A panel, as the reader left it."""

    isRefused: bool  # noqa: N815
    isOpen: bool  # noqa: N815
    isChanged: bool  # noqa: N815
    isRawOpen: bool  # noqa: N815
    text: str
    problem: str
    run: Run
    raw: str


def does(what: str, *arguments: Any) -> Any:
    """Return an event that does something to a panel."""
    return browser_call(what, LIBRARY, *arguments, is_event=True)


def result(
    panel: Any, name: rx.Var[str], simulated: rx.Var[bool], way_in: rx.Var[str]
) -> rx.Component:
    """Show what a run has brought so far."""
    run = panel.run
    return rx.el.div(
        rx.el.div(
            rx.el.dl(*_figures(panel)),
            rx.cond(run.state == "stopped", rx.el.span("stopped", class_name="pill")),
            rx.cond(simulated & ~run.error.bool(), rx.el.span("simulated", class_name="pill")),
            class_name="try-figures",
        ),
        rx.cond(run.error, _failure(run, way_in)),
        note(run),
        rx.cond(run.text, rx.el.p(run.text, class_name="try-text")),
        rx.foreach(
            run.images,
            lambda file, at: rx.el.img(
                src=url_of(file), alt=f"Drawn, number {at + 1}", key=file.id, class_name="try-image"
            ),
        ),
        rx.cond(run.raw, _raw_answer(panel, name)),
        id=f"{name}-result",
        class_name="try-result",
    )


def _figures(panel: Any) -> list[rx.Component]:
    run, usage = panel.run, panel.run.usage
    waiting = "…"
    first = rx.cond(run.firstMs == None, waiting, milliseconds(run.firstMs))  # noqa: E711
    status = rx.cond(run.error.code, run.error.code, run.status)
    return [
        _figure("Status", rx.cond(run.status, status.to_string(), waiting)),
        _figure(rx.cond(run.isStream, "First token", "Answer"), first),
        rx.cond(
            run.isStream & (run.state != "running"),
            _figure("Whole answer", milliseconds(run.totalMs)),
        ),
        rx.cond(usage, _figure("Tokens", words("count", usage.total))),
        rx.cond(
            usage.bool() & (usage.cost != None),  # noqa: E711 - a comparison in the browser
            _figure("Cost", words("usd", usage.cost, 3)),
        ),
    ]


def _figure(label: str | rx.Var[str], value: Any) -> rx.Component:
    return rx.el.div(rx.el.dt(label), rx.el.dd(value, class_name="num"))


def _failure(run: Any, way_in: rx.Var[str]) -> rx.Component:
    return rx.el.div(
        rx.icon("triangle-alert", size=20, aria_hidden=True),
        rx.el.p(
            run.error.message,
            rx.cond(
                run.error.untilMs,
                rx.el.b(
                    " It works again at ",
                    local_time(run.error.untilMs),
                    ".",
                    class_name="try-reset",
                ),
            ),
            rx.cond(run.error.code == 401, anchor(" Sign in", href=way_in)),
        ),
        class_name="problem",
        role="alert",
    )


def _raw_answer(panel: Any, name: rx.Var[str]) -> rx.Component:
    """Show the answer as it came; what is long is made readable only while it is looked at."""
    return rx.el.details(
        rx.el.summary("Raw answer"),
        rx.cond(
            panel.isRawOpen,
            rx.el.section(
                rx.el.code(panel.raw), tab_index=0, aria_label="Raw answer", class_name="code"
            ),
        ),
        open=panel.isRawOpen,
        class_name="try-raw",
        custom_attrs={"onToggle": does("turnRaw", name, panel.isRawOpen)},
    )


def spoken(panel: Any) -> rx.Var[str]:
    """Say what those who hear the page should know."""
    run, usage = panel.run, panel.run.usage
    tokens = rx.cond(usage, f" {counted(usage.total, 'token')}.", "")
    end = rx.cond(run.state == "stopped", "Stopped.", "The answer is here.")
    running = rx.cond(run.firstMs == None, "Sent.", "The answer is coming.")  # noqa: E711
    ended = rx.cond(run.error, "", f"{end}{tokens}")
    return rx.cond(run, rx.cond(run.state == "running", running, ended), "")
