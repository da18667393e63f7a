"""Reports of answers: a user says that one of their calls was answered badly, and how.

What is kept is the call's id, who reports, and one of a few reasons: no words of theirs or the
model's. Volunteers read them at the desk; the reporter may be asked for what matters.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from hcai_app import clock, formatting
from hcai_app.db.engine import Database
from hcai_app.db.models.safety import NO_USER
from hcai_app.db.tables import calls_table, reports_table
from hcai_app.errors import InvalidRequest, NotFound
from hcai_app.services import audit
from hcai_app.services.audit import Act
from hcai_app.services.notices import notices
from hcai_app.services.notices.notices import Notice, NoticeKind

WHAT = "reports"
LISTED = 200
MAX_ANSWER = 500


class ReportReason(StrEnum):
    """Why an answer is reported."""

    SEXUAL = "sexual"
    SELF_HARM = "self_harm"
    VIOLENT = "violent"
    HATEFUL = "hateful"
    DANGEROUS = "dangerous"
    PRIVATE = "private"
    OTHER = "other"


# What a user chooses from.
REASONS = {
    ReportReason.SEXUAL: "It is sexual",
    ReportReason.SELF_HARM: "It is about hurting oneself",
    ReportReason.VIOLENT: "It is cruel or violent",
    ReportReason.HATEFUL: "It is hateful, or bullies somebody",
    ReportReason.DANGEROUS: "It tells how to do something dangerous",
    ReportReason.PRIVATE: "It tells private things of somebody",
    ReportReason.OTHER: "Something else is wrong with it",
}


@dataclass(frozen=True, slots=True)
class Report:
    """A report, with what the ledger says of its call as long as that has a row."""

    call_id: str
    user_id: str  # empty: the account is deleted
    reason: str
    created_at: datetime
    closed_at: datetime | None
    answer: str | None  # what the reporter is told
    model: str | None
    endpoint: str | None


async def report(database: Database, user_id: str, call_id: str, reason: str) -> None:
    """Report the answer of a user's own call; a second report changes the reason.

    Raises:
        InvalidRequest: When there is no such reason.
        NotFound: When there is no such call of theirs.
        Unavailable: When the database is away.
    """
    if reason not in REASONS:
        raise InvalidRequest("Choose one of the reasons.")
    await database.write(lambda it: _keep(it, user_id, call_id, ReportReason(reason)), WHAT)


def _keep(connection: Connection, user_id: str, call_id: str, reason: ReportReason) -> None:
    calls, columns = calls_table.c, reports_table.c
    mine = select(calls.model).where(calls.id == call_id, calls.user_id == user_id)
    model = connection.scalar(mine)
    if model is None:
        raise NotFound("There is no such call of yours.")
    changed = update(reports_table).where(columns.call_id == call_id)
    if connection.execute(
        changed.values(reason=reason.value, closed_at=None, answer=None)
    ).rowcount:
        return
    values = {"call_id": call_id, "user_id": user_id, "reason": reason.value}
    connection.execute(insert(reports_table).values(created_at=clock.now(), **values))
    text = f"An answer of {model} is reported: {REASONS[reason].lower()}."
    data = {"request_id": call_id, "reason": reason.value}
    notices.append(connection, Notice(NoticeKind.REPORT, text, f"report:{call_id}", data))


async def about(database: Database, user_id: str, call_id: str) -> Report | None:
    """Return a user's own report of a call; None when there is none.

    Raises:
        Unavailable: When the database is away.
    """
    columns = reports_table.c
    query = _selected().where(columns.call_id == call_id, columns.user_id == user_id)
    row = await database.read(lambda it: it.execute(query).first(), WHAT)
    return None if row is None else Report(*row)


async def listed(
    database: Database, *, even_closed: bool = False, limit: int = LISTED
) -> list[Report]:
    """Return reports for volunteers, newest first.

    Raises:
        Unavailable: When the database is away.
    """
    query = _selected()
    if not even_closed:
        query = query.where(reports_table.c.closed_at.is_(None))
    ordered = query.order_by(reports_table.c.created_at.desc()).limit(limit)
    return await database.read(lambda it: [Report(*row) for row in it.execute(ordered)], WHAT)


async def count_open(database: Database) -> int:
    """Return how many reports nobody has closed yet.

    Raises:
        Unavailable: When the database is away.
    """
    query = select(func.count()).where(reports_table.c.closed_at.is_(None))
    return await database.read(lambda it: it.scalar(query), WHAT) or 0


async def close(
    database: Database, call_id: str, answer: str, *, actor: str = audit.COMMAND_LINE
) -> None:
    """Close a report, telling the reporter what was done about it.

    Raises:
        InvalidRequest: Without words.
        NotFound: When there is no open one.
        Unavailable: When the database is away.
    """
    told = (formatting.one_line(answer) or "")[:MAX_ANSWER]
    if not told:
        raise InvalidRequest("Say what was done: the one who reports reads it.")

    def work(connection: Connection) -> None:
        columns = reports_table.c
        is_open = (columns.call_id == call_id, columns.closed_at.is_(None))
        closed = update(reports_table).where(*is_open)
        done = closed.values(closed_at=clock.now(), answer=told)
        if not connection.execute(done).rowcount:
            raise NotFound(f"There is no open report of call {call_id}.")
        audit.append(connection, Act("safety.close", actor, target=call_id, reason=told))

    await database.write(work, WHAT)


def of_user(connection: Connection, user_id: str) -> list[Report]:
    """Return what a user has reported, oldest first."""
    mine = _selected().where(reports_table.c.user_id == user_id)
    return [Report(*row) for row in connection.execute(mine.order_by(reports_table.c.created_at))]


def forget(connection: Connection, user_id: str) -> None:
    """Leave a user's reports without their name."""
    mine = update(reports_table).where(reports_table.c.user_id == user_id)
    connection.execute(mine.values(user_id=NO_USER))


def prune(connection: Connection, before: datetime) -> None:
    """Delete the reports of before a moment."""
    connection.execute(delete(reports_table).where(reports_table.c.created_at < before))


def _selected() -> Select[*tuple[Any, ...]]:
    columns, calls = reports_table.c, calls_table.c
    own = [columns[name] for name in Report.__dataclass_fields__ if name in columns]
    joined = reports_table.outerjoin(calls_table, calls.id == columns.call_id)
    return select(*own, calls.model, calls.endpoint).select_from(joined)
