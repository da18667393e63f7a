"""The log of what admins did, newest first."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from hcai_app.api.desk.frame import card, person_path, row, rows, when
from hcai_app.api.desk.html import Child, Html, a, code, div, joined, p
from hcai_app.api.desk.visit import ROOT, View, Visit
from hcai_app.services import audit
from hcai_app.services.audit import Entry

PAGE = 100
COLUMNS = ("When", "Who", "What", "Whom", "Change", "Why")
NONE, WHOM = "–", "Whom"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
BEFORE = "before"


async def show(visit: Visit) -> View:
    """Show a page of the log."""
    before = visit.text(BEFORE)
    before_id = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None
    found = await visit.worker.database.read(
        lambda it: audit.latest(it, PAGE, before_id=before_id), "audit log"
    )
    older = f"{ROOT}/log?{BEFORE}={found[-1].id}" if len(found) == PAGE else None
    content = joined(
        [
            card("Every act of an admin", entries(found)),
            older and p(a("Older", href=older)),
            p("Nobody can change it; ", code("python -m hcai_app audit"), " exports it."),
        ]
    )
    return View("Log", content, here=f"{ROOT}/log")


def entries(found: list[Entry], *, of_one: bool = False) -> Html:
    """Return acts as a table; that of one person does not repeat whom."""
    columns = tuple(name for name in COLUMNS if not (of_one and name == WHOM))
    listed = [row(*_cells(entry)) if not of_one else row(*_own_cells(entry)) for entry in found]
    return rows(columns, listed, "Nothing yet.")


def _cells(entry: Entry) -> list[Child]:
    cells = _own_cells(entry)
    whom = a(entry.user_id, href=person_path(entry.user_id)) if entry.user_id else None
    return [*cells[:3], whom, *cells[3:]]


def _own_cells(entry: Entry) -> list[Child]:
    actor = entry.actor
    return [
        when(entry.at),
        a(actor, href=person_path(actor)) if _is_user(actor) else actor,
        joined([entry.act, entry.target and joined([" ", code(entry.target)])]),
        [div(change) for change in _changes(entry)],
        entry.reason,
    ]


def _changes(entry: Entry) -> Iterator[str]:
    """Yield what has changed: a name, what it was, and what it became."""
    before, after = _values(entry.before), _values(entry.after)
    for name in dict.fromkeys([*before, *after]):
        old, new = (_shown(side.get(name)) for side in (before, after))
        yield f"{name.replace('_', ' ')}: " + (f"{old} → {new}" if name in before else new)


def _values(text: str | None) -> dict[str, Any]:
    return msgspec.json.decode(text) if text else {}


def _shown(value: Any) -> str:
    if value is None:
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and MOMENT.match(value):
        return value[:16].replace("T", " ") + " UTC"
    return str(value)


def _is_user(actor: str) -> bool:
    return actor.startswith("usr_")
