"""Asking the provider again, once a day, whether who signed in before may still come in.

Its public check needs no token. While it does not answer, what was last known stays.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hcai_app import clock
from hcai_app.db import engine
from hcai_app.db.engine import Database
from hcai_app.errors import UpstreamFailed
from hcai_app.services import changes, sessions
from hcai_app.services.accounts import Rules
from hcai_app.services.identities import VERIFIED
from hcai_app.services.users import users_table

log = logging.getLogger(__name__)

OLD = timedelta(days=1)
# One question after the other, and at most so many a minute.
EVERY_S = 60.0
BATCH = 20
ELIGIBLE = "verified_eligible"
# What the check says -> the status that a sign-in would tell. Of anything else nothing follows.
STATUSES = {
    ELIGIBLE: VERIFIED,
    "verified_but_over_18": VERIFIED,
    "pending": "pending",
    "needs_submission": "needs_submission",
    "rejected": "ineligible",
}
columns = users_table.c

Check = Callable[[str], Awaitable[str]]


async def run(database: Database, check: Check, rules: Rules) -> None:
    """Ask, for ever."""
    while True:
        try:
            await ask(database, check, rules)
        except UpstreamFailed:
            log.warning("who is eligible cannot be asked; what was known stays")
        except Exception as error:
            log.warning("asking who is eligible is put off: %s", engine.reason(error))
        await asyncio.sleep(EVERY_S)


async def ask(database: Database, check: Check, rules: Rules) -> int:
    """Ask about some whose last answer is a day old; return about how many.

    In no order, so that one about whom no answer comes does not keep the others waiting.

    Raises:
        UpstreamFailed: When the provider does not answer.
    """
    query = select(columns.id, columns.subject).where(_is_due())
    async with database.reading() as connection:
        due = (await connection.execute(query.order_by(func.random()).limit(BATCH))).all()
    for user_id, subject in due:
        result = await check(subject)
        async with database.writing() as connection:
            await _learn(connection, user_id, subject, result, rules)
    return len(due)


def _is_due() -> Any:
    then = clock.now() - OLD
    return and_(
        columns.subject.is_not(None),
        columns.deleted_at.is_(None),
        columns.signed_in_at < then,
        or_(columns.checked_at.is_(None), columns.checked_at < then),
    )


async def _learn(
    connection: AsyncConnection, user_id: str, subject: str, result: str, rules: Rules
) -> None:
    """Store an answer, unless they signed in or left meanwhile; tell the workers of news."""
    is_theirs = and_(columns.id == user_id, _is_due())
    user = select(columns.is_verified, columns.slack_id).where(is_theirs).with_for_update()
    before = (await connection.execute(user)).first()
    if before is None:
        return
    values: dict[str, Any] = {"checked_at": clock.now()}
    if result in STATUSES:
        values["verification_status"] = STATUSES[result]
        values["is_verified"] = result == ELIGIBLE
    if STATUSES.get(result) == VERIFIED:
        values["ysws_eligible"] = result == ELIGIBLE
    await connection.execute(update(users_table).where(columns.id == user_id).values(**values))
    is_verified = values.get("is_verified", before.is_verified)
    if is_verified == before.is_verified:
        return
    if not is_verified and not {subject, before.slack_id} & set(rules.admins):
        await sessions.drop_all(connection, user_id)
    await changes.append(connection, user_id)
