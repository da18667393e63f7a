"""Appeals: a student says that a rule of fair use was wrong about a call, and a person answers.

What is kept is the refused call's id, its rule and key, and one of a few reasons: no words of the
student's, which could be anything. What an admin answers stands on the page of that call.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from hcai_app import clock, formatting
from hcai_app.db.engine import Conflict, Database
from hcai_app.db.tables import appeals_table
from hcai_app.errors import InvalidRequest, NotFound
from hcai_app.services import audit
from hcai_app.services.audit import Act
from hcai_app.services.ledger.refusals import RefusedCall
from hcai_app.services.notices import notices
from hcai_app.services.notices.notices import Notice, NoticeKind

WHAT = "appeals"
KEPT = timedelta(days=90)
LISTED = 200
MAX_ANSWER = 500
FAIR_USE = "fair_use_error"
columns = appeals_table.c


class AppealReason(StrEnum):
    """Why a refusal was a mistake."""

    OWN_PROGRAM = "own_program"
    LIBRARY = "library"
    LESSON = "lesson"
    UNKNOWN = "unknown"
    OTHER = "other"


# What a student chooses from.
REASONS = {
    AppealReason.OWN_PROGRAM: "I wrote this program myself",
    AppealReason.LIBRARY: "My own program uses a library that looks like it",
    AppealReason.LESSON: "It is for a class, a workshop or a hackathon",
    AppealReason.UNKNOWN: "I do not know what made this call",
    AppealReason.OTHER: "Something else: please ask me on Slack",
}


@dataclass(frozen=True, slots=True)
class Appeal:
    """An appeal, and what came of it."""

    request_id: str
    user_id: str
    key_id: str | None
    rule: str
    reason: str
    created_at: datetime
    answered_at: datetime | None
    is_accepted: bool | None
    answer: str | None


COLUMNS = tuple(columns[name] for name in Appeal.__dataclass_fields__)
IS_OPEN = columns.answered_at.is_(None)


def can_be_appealed(refusal: RefusedCall) -> bool:
    """Return whether a person may have to look at a refusal: a rule of fair use was the reason."""
    return refusal.type == FAIR_USE and refusal.rule is not None


async def appeal(database: Database, refusal: RefusedCall, reason: str) -> None:
    """Appeal against one of the student's own refusals.

    Raises:
        InvalidRequest: When there is no such reason, nothing to appeal against, or an appeal of
            theirs against this call or this rule is there already.
        Unavailable: When the database is away.
    """
    if reason not in REASONS:
        raise InvalidRequest("Choose one of the reasons.")
    if not can_be_appealed(refusal):
        raise InvalidRequest("Only a refusal by a rule of fair use can be appealed against.")
    try:
        await database.write(lambda it: _keep(it, refusal, AppealReason(reason)), WHAT)
    except Conflict:
        raise InvalidRequest(
            f"You have appealed against this rule, {refusal.rule}, already; somebody answers soon."
        ) from None


def _keep(connection: Connection, refusal: RefusedCall, reason: AppealReason) -> None:
    rule = refusal.rule or ""
    values = {
        "request_id": refusal.id,
        "user_id": refusal.user_id,
        "key_id": refusal.key_id,
        "rule": rule,
        "reason": reason.value,
    }
    connection.execute(insert(appeals_table).values(created_at=clock.now(), **values))
    text = f"Somebody appeals against {rule}: {REASONS[reason]}."
    data = {"request_id": refusal.id, "rule": rule, "reason": reason.value}
    notices.append(connection, Notice(NoticeKind.REPORT, text, f"appeal:{refusal.id}", data))


async def answer(
    database: Database,
    request_id: str,
    text: str,
    *,
    is_accepted: bool,
    actor: str = audit.COMMAND_LINE,
) -> None:
    """Answer an appeal; the student reads the words, and is let through by an exemption.

    Raises:
        InvalidRequest: Without words.
        NotFound: When there is no open one.
        Unavailable: When the database is away.
    """
    told = (formatting.one_line(text) or "")[:MAX_ANSWER]
    if not told:
        raise InvalidRequest("Say something: the one who appeals reads it.")

    def work(connection: Connection) -> None:
        is_it = (columns.request_id == request_id, IS_OPEN)
        row = connection.execute(select(columns.user_id, columns.rule).where(*is_it)).first()
        values = {"answered_at": clock.now(), "is_accepted": is_accepted, "answer": told}
        changed = connection.execute(update(appeals_table).where(*is_it).values(values))
        if row is None or not changed.rowcount:
            raise NotFound(f"There is no open appeal about call {request_id}.")
        after = {"rule": row.rule, "is_accepted": is_accepted}
        done = Act("fairuse.answer", actor, row.user_id, request_id, None, after, told)
        audit.append(connection, done)

    await database.write(work, WHAT)


async def about(database: Database, user_id: str, request_id: str) -> Appeal | None:
    """Return a student's own appeal about a call; None when there is none.

    Raises:
        Unavailable: When the database is away.
    """
    found = await _found(database, columns.request_id == request_id, columns.user_id == user_id)
    return found[0] if found else None


async def listed(database: Database, *, even_answered: bool = False) -> Sequence[Appeal]:
    """Return appeals for volunteers, newest first.

    Raises:
        Unavailable: When the database is away.
    """
    return await _found(database, *([] if even_answered else [IS_OPEN]))


async def count_open(database: Database) -> int:
    """Return how many appeals nobody has answered yet.

    Raises:
        Unavailable: When the database is away.
    """
    query = select(func.count()).select_from(appeals_table).where(IS_OPEN)
    return await database.read(lambda it: it.scalar(query), WHAT) or 0


def of_user(connection: Connection, user_id: str) -> list[Appeal]:
    """Return a user's appeals, oldest first."""
    query = select(*COLUMNS).where(columns.user_id == user_id).order_by(columns.created_at)
    return [Appeal(*row) for row in connection.execute(query)]


def drop_all(connection: Connection, user_id: str) -> None:
    """Delete a user's appeals, as their account is."""
    connection.execute(delete(appeals_table).where(columns.user_id == user_id))


def prune(connection: Connection) -> None:
    """Delete appeals of long ago."""
    connection.execute(delete(appeals_table).where(columns.created_at < clock.now() - KEPT))


async def _found(database: Database, *where: ColumnElement[bool]) -> list[Appeal]:
    query = select(*COLUMNS).where(*where).order_by(columns.created_at.desc()).limit(LISTED)
    return await database.read(lambda it: [Appeal(*row) for row in it.execute(query)], WHAT)
