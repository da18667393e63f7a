"""`audit`: what admins did, from the desk and from here, a JSON line each."""

import argparse
from typing import Any

import msgspec

from hcai_app.cli.table import add_command, moment, say
from hcai_app.db.engine import Database
from hcai_app.services import audit
from hcai_app.services.audit import Entry
from hcai_app.services.people import users
from hcai_app.settings import Settings


def add_to(commands: Any) -> None:
    """Add the command."""
    shown = "print what admins did, a JSON line each, oldest first"
    made = add_command(commands, "audit", shown, command=_print)
    made.add_argument("--since", type=moment, help="ISO 8601; UTC unless it says otherwise")
    made.add_argument("--user", help="what was done to them, or by them")


async def _print(database: Database, _settings: Settings, parsed: argparse.Namespace) -> None:
    user_id = None
    if parsed.user is not None:
        user_id = (await database.read(lambda it: users.find(it, parsed.user), "account")).id
    after_id = 0
    while page := await _page(database, parsed, user_id, after_id):
        for entry in page:
            say(msgspec.json.encode(_shown(entry)).decode())
        after_id = page[-1].id


async def _page(
    database: Database, parsed: argparse.Namespace, user_id: str | None, after_id: int
) -> list[Entry]:
    since = parsed.since
    return await database.read(
        lambda it: audit.listed(it, since=since, user_id=user_id, after_id=after_id), "audit log"
    )


def _shown(entry: Entry) -> dict[str, Any]:
    """Return who, what, whom, before, after, why and when, without the row's number."""
    return {
        "at": entry.at,
        "actor": entry.actor,
        "act": entry.act,
        "user_id": entry.user_id,
        "target": entry.target,
        "before": _raw(entry.before),
        "after": _raw(entry.after),
        "reason": entry.reason,
    }


def _raw(text: str | None) -> msgspec.Raw | None:
    return None if text is None else msgspec.Raw(text.encode())
