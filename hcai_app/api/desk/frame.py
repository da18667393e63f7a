"""The frame of the desk's pages: sections, palette, what an act has done; and their small parts."""

from datetime import datetime
from urllib.parse import quote

from hcai_app import clock, formatting
from hcai_app.api.desk.html import (
    EMPTY,
    Child,
    Html,
    a,
    button,
    dd,
    details,
    dialog,
    div,
    dl,
    dt,
    element,
    form,
    h1,
    h2,
    header,
    input_,
    joined,
    kbd,
    label,
    li,
    main,
    nav,
    p,
    section,
    span,
    summary,
    table,
    tbody,
    td,
    th,
    thead,
    time,
    tr,
    ul,
)
from hcai_app.api.desk.visit import ROOT, View
from hcai_app.services.people.users import User

# Name, path, the key after `g`.
SECTIONS = (
    ("Overview", ROOT, "o"),
    ("People", f"{ROOT}/people", "p"),
    ("Appeals", f"{ROOT}/reports", "e"),
    ("Rules", f"{ROOT}/rules", "r"),
    ("Site", f"{ROOT}/site", "s"),
    ("Log", f"{ROOT}/log", "l"),
)
KEYS = (
    ("/ or Ctrl K", "find somebody, or a command"),
    ("g, then a letter", "go to a section"),
    ("j and k", "next and previous row"),
    ("Enter", "open the row"),
    ("?", "this list"),
    ("Esc", "close"),
)
MINUTE_MS, HOUR_MS, DAY_MS = clock.MS_PER_MINUTE, clock.MS_PER_HOUR, 24 * clock.MS_PER_HOUR


def page(view: View, admin: User, *, said: str = "") -> str:
    """Return a whole document."""
    head = joined(
        [
            element("meta", charset="utf-8"),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("title", f"{view.title} · HCAI desk"),
            element("link", rel="icon", href="/favicon.svg", type="image/svg+xml"),
            element("link", rel="stylesheet", href=f"{ROOT}/desk.css"),
            element("script", src=f"{ROOT}/desk.js", defer=True),
        ]
    )
    body = joined(
        [
            a("Skip to the content", class_="skip", href="#content"),
            _top(view, admin),
            main(
                div(_said(said), h1(view.title), view.content, class_="wrap"),
                id="content",
            ),
            _palette(),
            _help(),
        ]
    )
    return "<!doctype html>" + element(
        "html", element("head", head), element("body", body), lang="en"
    )


def _top(view: View, admin: User) -> Html:
    places = [
        a(
            name,
            href=path,
            data_keys=f"g+{key}",
            aria_current="page" if view.here == path else None,
        )
        for name, path, key in SECTIONS
    ]
    return header(
        div(
            a("HCAI ", span("desk", class_="quiet"), class_="brand", href=ROOT),
            nav(*places, aria_label="Sections of the desk"),
            _opener("palette", "/ Ctrl+k", "Find ", kbd("/"), class_="find"),
            _opener("help", "?", kbd("?"), class_="small", aria_label="Keys"),
            a(admin.name, href="/dashboard", class_="quiet me", title="To your own pages"),
            class_="wrap",
        ),
        class_="top",
    )


def _opener(part: str, keys: str, *words: Child, **attributes: str) -> Html:
    """Return a button that opens a window, also by keys."""
    return button(*words, type="button", popovertarget=part, data_keys=keys, **attributes)


def _said(said: str) -> Html:
    if not said:
        return EMPTY
    is_good = said.startswith("+")
    sign, role = ("✓", "status") if is_good else ("!", "alert")
    text = span(sign, aria_hidden="true", class_="sign"), said[1:]
    return p(*text, role=role, class_=f"said {'good' if is_good else 'bad'}")


def _palette() -> Html:
    commands = [li(a(f"Go to {name}", href=path)) for name, path, _key in SECTIONS]
    field = input_(
        type="search",
        name="q",
        placeholder="Name, Slack id, key or its preview, request id, or a command",
        aria_label="Find somebody or a command",
        autocomplete="off",
        spellcheck="false",
        autofocus=True,
    )
    return dialog(
        form(field, method="post", action=f"{ROOT}/people"),
        ul(*commands, data_commands=True),
        div(data_found=True, aria_live="polite"),
        id="palette",
        popover=True,
        aria_label="Find",
    )


def _help() -> Html:
    rows = [div(dt(kbd(keys)), dd(does)) for keys, does in KEYS]
    closing = button("Close", type="button", popovertarget="help", class_="small")
    return dialog(
        h2("Keys"),
        dl(*rows, class_="facts"),
        closing,
        id="help",
        popover=True,
        aria_label="Keys",
    )


def card(title: str, *content: Child, aside: Child = None, class_: str = "") -> Html:
    """Return a part of a page with its title."""
    return section(div(h2(title), aside, class_="head"), *content, class_=f"card {class_}".strip())


def rows(columns: tuple[str, ...], found: list[Html], empty: str) -> Html:
    """Return a table, or a line that says why there is none."""
    if not found:
        return p(empty, class_="quiet")
    heads = [th(name, scope="col") for name in columns]
    return div(table(thead(tr(*heads)), tbody(*found)), class_="scroll")


def row(*cells: Child, opens: bool = False) -> Html:
    """Return a table's row; one that opens is its link as a whole, and keys go through those."""
    whole = "opens" if opens else None
    return tr(*(cell if _is_cell(cell) else td(cell) for cell in cells), class_=whole)


def _is_cell(cell: Child) -> bool:
    return isinstance(cell, Html) and cell.startswith("<td")


def num(value: Child) -> Html:
    """Return a cell with a number."""
    return td(value, class_="num")


def facts(*pairs: tuple[str, Child]) -> Html:
    """Return names and values."""
    return dl(*(div(dt(name), dd(value)) for name, value in pairs), class_="facts")


def chip(text: str, kind: str = "") -> Html:
    """Return a word in a pill."""
    return span(text, class_=f"chip {kind}".strip())


def problem(text: str) -> Html:
    """Return what went wrong, and what to do."""
    return div(p(text), p(a("Back to the overview", href=ROOT)), class_="card", role="alert")


def person_link(user_id: str, name: str) -> Html:
    """Return a link to somebody's page."""
    return a(name or "(deleted)", href=person_path(user_id))


def person_path(user_id: str) -> str:
    """Return the address of somebody's page."""
    return f"{ROOT}/people/{quote(user_id, safe='!:')}"


def act(
    name: str,
    button_text: str,
    *fields: Child,
    back: str,
    is_final: bool = False,
    **hidden: str,
) -> Html:
    """Return the form of an act; red is for what cannot be undone."""
    kept = [input_(type="hidden", name=key, value=value) for key, value in hidden.items()]
    return form(
        *kept,
        input_(type="hidden", name="back", value=back),
        *fields,
        button(button_text, class_="final" if is_final else "small"),
        method="post",
        action=f"{ROOT}/acts/{name}",
        class_="act",
    )


def folded(title: str, *content: Child, command: str | None = None) -> Html:
    """Return what opens when somebody asks for it; the palette knows it by its command."""
    return details(summary(title), *content, data_command=command)


def field(name: str, text: str, **attributes: str | bool | None) -> Html:
    """Return a field with its label."""
    return label(span(text), input_(name=name, **attributes))


def reason_field(text: str = "Reason (name no one)") -> Html:
    """Return the field for a reason."""
    return field("reason", text, required=True, maxlength="500")


def when(moment: datetime | int | None, never: str = "never") -> Child:
    """Return how long ago a moment was, or how far it is; the whole of it is in the title."""
    if moment is None:
        return never
    at_ms = moment if isinstance(moment, int) else clock.to_ms(moment)
    iso = clock.from_ms(at_ms).isoformat(timespec="seconds")
    return time(_distance(at_ms), datetime=iso, title=formatting.moment(at_ms))


def _distance(at_ms: int) -> str:
    gap = clock.now_ms() - at_ms
    length = abs(gap)
    if length < MINUTE_MS:
        return "now" if gap >= 0 else "in a moment"
    for unit_ms, name in ((DAY_MS, "d"), (HOUR_MS, "h"), (MINUTE_MS, "min")):
        if length >= unit_ms:
            text = f"{length // unit_ms} {name}"
            return f"{text} ago" if gap >= 0 else f"in {text}"
    return ""
