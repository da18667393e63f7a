"""The audit log: one row for each act of an admin, from the desk or the command line.

Whatever an admin changes is changed in a service, and the service writes the row in the same
transaction:

    def work(connection: Connection) -> None:
        …  # the change itself
        act = Act("users.budget", actor, user.id, before={"budget_usd": "4"}, after=…)
        audit.append(connection, act)

    await database.write(work, "account")

`actor` is the id of the admin who acts at the desk; without it, it was the command line. `before`
and `after` hold what has changed, in words of the command line: no name, no address, no key, no
hash, since rows outlive the accounts that they speak of. A new act needs a line in
`tests/services/test_audit.py` and, when it is a command, in `tests/cli/test_audit.py`: they go
through every service that writes and every command.
"""

import getpass
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, insert, or_, select

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.db.tables import audit_table

COMMAND_LINE = "cli"
PAGE = 500


@dataclass(frozen=True, slots=True)
class Act:
    """What an admin did."""

    act: str  # the command's words: users.ban
    actor: str  # an admin's user id, or COMMAND_LINE
    user_id: str | None = None  # whom it was done to
    target: str | None = None  # what it was done to: a key's id, a rule, a model
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the log; who and why as it is stored, before and after as JSON."""

    id: int
    at: datetime
    actor: str
    act: str
    user_id: str | None
    target: str | None
    before: str | None
    after: str | None
    reason: str | None


COLUMNS = tuple(audit_table.c[name] for name in Entry.__dataclass_fields__)


def append(connection: Connection, act: Act) -> None:
    """Write an act down in the transaction that does it."""
    row = {
        "at": clock.now(),
        "actor": _operator() if act.actor == COMMAND_LINE else act.actor,
        "act": act.act,
        "user_id": act.user_id,
        "target": act.target,
        "before": _json(act.before),
        "after": _json(act.after),
        "reason": act.reason,
    }
    connection.execute(insert(audit_table).values(row))


def listed(
    connection: Connection,
    *,
    since: datetime | None = None,
    user_id: str | None = None,
    after_id: int = 0,
) -> list[Entry]:
    """Return a page of the log, oldest first: what was done to a user, or by them, or all of it."""
    query = _selected(since, user_id).where(audit_table.c.id > after_id)
    ordered = query.order_by(audit_table.c.id).limit(PAGE)
    return [Entry(*row) for row in connection.execute(ordered)]


def latest(
    connection: Connection, count: int, *, user_id: str | None = None, before_id: int | None = None
) -> list[Entry]:
    """Return the last acts, or the last before one of them, newest first."""
    query = _selected(None, user_id)
    if before_id is not None:
        query = query.where(audit_table.c.id < before_id)
    ordered = query.order_by(audit_table.c.id.desc()).limit(count)
    return [Entry(*row) for row in connection.execute(ordered)]


async def write(database: Database, act: Act) -> None:
    """Write an act down that is none of the database: one that reads again, or runs elsewhere.

    Raises:
        Unavailable: When the database is away.
    """
    await database.write(lambda it: append(it, act), "audit log")


def _selected(since: datetime | None, user_id: str | None) -> Select[*tuple[Any, ...]]:
    columns, query = audit_table.c, select(*COLUMNS)
    if since is not None:
        query = query.where(columns.at >= since)
    if user_id is not None:
        query = query.where(or_(columns.user_id == user_id, columns.actor == user_id))
    return query


def _operator() -> str:
    """Return who runs the command line, as their machine calls them."""
    try:
        return f"{COMMAND_LINE}:{getpass.getuser()}"
    except (OSError, KeyError):  # a container's user may have no name
        return COMMAND_LINE


def _json(values: Mapping[str, Any] | None) -> str | None:
    return None if values is None else msgspec.json.encode(values).decode()
