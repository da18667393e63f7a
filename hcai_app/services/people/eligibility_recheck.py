"""Daily re-check of users' eligibility with the sign-in provider.

Its public check needs no token. While it does not answer, what was last known stays; whoever it
does not know any more has to sign in again after a while.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select, update

from hcai_app import clock
from hcai_app.db import engine
from hcai_app.db.engine import Database
from hcai_app.db.tables import users_table
from hcai_app.errors import UpstreamFailed
from hcai_app.services import changes
from hcai_app.services.limits.windows import Windows
from hcai_app.services.people import sessions, users
from hcai_app.services.people.identity import VERIFIED
from hcai_app.services.people.sign_in import Rules

log = logging.getLogger(__name__)

OLD = timedelta(days=1)
# What was known of somebody whom the provider does not find any more serves so long.
TOO_OLD = timedelta(days=14)
# One question after the other, and at most so many a minute.
EVERY_S = 60.0
BATCH = 20
ELIGIBLE = "verified_eligible"
# What the check says -> the status that a sign-in would tell.
STATUSES = {
    ELIGIBLE: VERIFIED,
    "verified_but_over_18": VERIFIED,
    "pending": "pending",
    "needs_submission": "needs_submission",
    "rejected": "ineligible",
}
# It answers, and knows nothing of them. From any other word nothing follows, as from none: a check
# that has changed its words must not lock everybody out.
NOBODY_KNOWN = ("not_found", "unknown")
columns = users_table.c

Check = Callable[[str], Awaitable[str]]


async def run(database: Database, check: Check, rules: Rules) -> None:
    """Re-check users until cancelled."""
    in_vain = Windows(1, OLD.total_seconds())
    while True:
        try:
            await ask(database, check, rules, in_vain)
        except UpstreamFailed:
            log.warning("who is eligible cannot be asked; what was known stays")
        except Exception as error:
            log.warning("asking who is eligible is put off: %s", engine.reason(error))
        await asyncio.sleep(EVERY_S)


async def ask(database: Database, check: Check, rules: Rules, in_vain: Windows) -> int:
    """Ask about some of whom nothing was heard for a day; return about how many.

    In no order, so that one about whom no answer comes does not keep the others waiting. Who was
    asked about in vain is noted in memory, and left alone for a day.

    Raises:
        UpstreamFailed: When the provider does not answer.
        Unavailable: When the database is away.
    """
    query = select(columns.id, columns.subject).where(_is_due())
    some = query.order_by(func.random()).limit(BATCH)
    found = await database.read(lambda it: it.execute(some).all(), "users")
    due = [user for user in found if in_vain.peek(user.id).is_allowed]
    for user_id, subject in due:
        result = await check(subject)
        if result not in STATUSES:
            in_vain.hit(user_id)
        learned = partial(_learn, user_id=user_id, subject=subject, result=result, rules=rules)
        await database.write(learned, "users")
    return len(due)


def _is_due() -> Any:
    return and_(columns.subject.is_not(None), columns.deleted_at.is_(None), _is_older_than(OLD))


def _is_older_than(age: timedelta) -> Any:
    """Return the condition that the last sign-in and the last useful check are older than `age`."""
    then = clock.now() - age
    is_old = or_(columns.checked_at.is_(None), columns.checked_at < then)
    return and_(columns.signed_in_at < then, is_old)


def _learn(connection: Connection, user_id: str, subject: str, result: str, rules: Rules) -> None:
    """Store an answer, unless they signed in or left meanwhile; tell the workers of news."""
    is_too_old = _is_older_than(TOO_OLD).label("is_too_old")
    known = (columns.is_verified, columns.is_vouched, columns.slack_id)
    theirs = select(*known, is_too_old).where(columns.id == user_id, _is_due())
    before = connection.execute(theirs.with_for_update()).first()
    if before is None:
        return
    values = _values(result, is_too_old=before.is_too_old)
    if not values:
        return
    is_verified = values["is_verified"] = values["is_verified"] or before.is_vouched
    connection.execute(update(users_table).where(columns.id == user_id).values(**values))
    if is_verified == before.is_verified:
        return
    if not is_verified and not users.is_admin(rules.admins, subject, before.slack_id):
        sessions.drop_all(connection, user_id)
    changes.append(connection, user_id)


def _values(result: str, *, is_too_old: bool) -> dict[str, Any]:
    """Return what an answer changes of a user; nothing when it is of no use."""
    if result in NOBODY_KNOWN and is_too_old:
        return {"is_verified": False, "verification_status": None, "ysws_eligible": None}
    if result not in STATUSES:
        return {}
    is_eligible = result == ELIGIBLE
    values: dict[str, Any] = {
        "checked_at": clock.now(),
        "is_verified": is_eligible,
        "verification_status": STATUSES[result],
    }
    if STATUSES[result] == VERIFIED:
        values["ysws_eligible"] = is_eligible
    return values
