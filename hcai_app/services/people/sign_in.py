"""Sign-in: finds or creates the user of an identity, refreshes flags, refuses the ineligible.

The provider's word wins over what is stored, at each sign-in (docs/decisions/0010-sign-in.md).
"""

import logging
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import Connection, false, insert, or_, select, update
from sqlalchemy.engine import RowMapping

from hcai_app import clock
from hcai_app.db.engine import Conflict, Database
from hcai_app.db.tables import users_table
from hcai_app.services import changes
from hcai_app.services.limits.period import budget_period
from hcai_app.services.people import sessions, users
from hcai_app.services.people.eligibility import ineligibility_of
from hcai_app.services.people.identity import (
    Identity,
    Reason,
    SignInRefused,
    deleted_slack_id_hash,
    deleted_subject_hash,
)
from hcai_app.settings import Settings

log = logging.getLogger(__name__)

# Callbacks of one person that race: the second finds the user that the first made.
TRIES = 3
NAMELESS = "Hack Clubber"
columns = users_table.c


@dataclass(frozen=True, slots=True)
class Rules:
    """Who is let in."""

    secret_key: str
    require_verified: bool
    admins: Collection[str]  # Slack ids and subjects

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the rules of a server."""
        secret_key = settings.secret_key.get_secret_value()
        return cls(secret_key, settings.require_verified, settings.admins)


@dataclass(frozen=True, slots=True)
class _Entry:
    user_id: str | None
    reason: Reason | None


async def sign_in(database: Database, identity: Identity, rules: Rules) -> str:
    """Find or make the user of an identity and refresh what is known of them; return their id.

    Raises:
        SignInRefused: When they may not come in; what is known of them is refreshed all the same.
        Unavailable: When the database is away.
    """
    entry = await _enter_in_turn(database, identity, rules)
    if entry.reason is not None or entry.user_id is None:
        raise SignInRefused(entry.reason or Reason.FAILED)
    return entry.user_id


async def _enter_in_turn(database: Database, identity: Identity, rules: Rules) -> _Entry:
    tries = 0
    while True:
        try:
            return await database.write(lambda it: _enter(it, identity, rules), "account")
        except Conflict:
            tries += 1
            if tries == TRIES:
                raise


def _enter(connection: Connection, identity: Identity, rules: Rules) -> _Entry:
    user = _find(connection, identity)
    reason = _refusal(connection, identity, user, rules)
    if user is None:
        if reason is not None:  # nothing is kept of somebody who never was here
            return _Entry(None, reason)
        return _Entry(_make(connection, identity), None)
    if reason is not Reason.BANNED:
        _refresh(connection, user, identity, has_come_in=reason is None)
    if reason is not None:
        sessions.drop_all(connection, user["id"])
    changes.append(connection, user["id"])
    return _Entry(user["id"], reason)


def _find(connection: Connection, identity: Identity) -> RowMapping | None:
    """Find the user by their subject, else by the Slack id of one made on the command line.

    The row is held: a deletion that comes in between would else find its own work undone.
    """
    is_here = columns.deleted_at.is_(None)
    same = select(users_table).where(columns.subject == identity.subject, is_here)
    user = connection.execute(same.with_for_update()).mappings().first()
    if user is not None or identity.slack_id is None:
        return user
    unclaimed = (columns.slack_id == identity.slack_id) & columns.subject.is_(None)
    made = select(users_table).where(unclaimed, is_here)
    return connection.execute(made.with_for_update()).mappings().first()


def _refusal(
    connection: Connection, identity: Identity, user: RowMapping | None, rules: Rules
) -> Reason | None:
    if _is_banned(connection, identity, user):
        return Reason.BANNED
    if user is None and _has_left_today(connection, identity, rules.secret_key):
        return Reason.DELETED_TODAY
    if not rules.require_verified:
        return None
    if users.is_admin(rules.admins, identity.subject, identity.slack_id):
        return None
    if user is not None and user["is_vouched"]:
        return None
    return ineligibility_of(identity)


def _is_banned(connection: Connection, identity: Identity, user: RowMapping | None) -> bool:
    """Tell whether the user is banned, or whoever had their Slack id: a new subject ends no ban."""
    same = columns.slack_id == identity.slack_id if identity.slack_id is not None else false()
    if user is not None:
        same = or_(same, columns.id == user["id"])
    banned = select(columns.id).where(same, users.is_banned())
    return connection.scalar(banned.limit(1)) is not None


def _has_left_today(connection: Connection, identity: Identity, secret_key: str) -> bool:
    """Tell whether they deleted it in this period: a new account would be a second budget."""
    is_same = columns.deleted_subject_hash == deleted_subject_hash(identity.subject, secret_key)
    slack_hash = deleted_slack_id_hash(identity.slack_id, secret_key)
    if slack_hash is not None:  # another account at Hack Club, joined to the same Slack account
        is_same |= columns.deleted_slack_id_hash == slack_hash
    left = is_same & (columns.deleted_at >= _period_start())
    return connection.scalar(select(columns.id).where(left).limit(1)) is not None


def prune(connection: Connection) -> None:
    """Forget who deleted their account before this period of the budget."""
    hashes = (columns.deleted_subject_hash, columns.deleted_slack_id_hash)
    is_over = or_(*(column.is_not(None) for column in hashes)) & (
        columns.deleted_at < _period_start()
    )
    connection.execute(update(users_table).where(is_over).values(dict.fromkeys(hashes)))


def _period_start() -> datetime:
    return clock.from_ms(budget_period(clock.to_ms(clock.now())).start_ms)


def _make(connection: Connection, identity: Identity) -> str:
    user_id = f"usr_{secrets.token_hex(10)}"
    _free_slack_id(connection, identity, user_id)
    values = {"name": NAMELESS, **_values(identity), "signed_in_at": clock.now()}
    connection.execute(insert(users_table).values(id=user_id, created_at=clock.now(), **values))
    return user_id


def _refresh(
    connection: Connection, user: RowMapping, identity: Identity, *, has_come_in: bool
) -> None:
    _free_slack_id(connection, identity, user["id"])
    values = _values(identity)
    values["is_verified"] |= user["is_vouched"]
    if has_come_in:
        values["signed_in_at"] = clock.now()
    connection.execute(update(users_table).where(columns.id == user["id"]).values(**values))


def _values(identity: Identity) -> dict[str, Any]:
    """Return what is stored of an identity; a name or an address it left out stays as it was."""
    values: dict[str, Any] = {
        "subject": identity.subject,
        "slack_id": identity.slack_id,
        "verification_status": identity.verification_status,
        "ysws_eligible": identity.ysws_eligible,
        "is_verified": identity.is_eligible,
    }
    if identity.name is not None:
        values["name"] = identity.name[: users.MAX_NAME]
    if identity.email is not None:
        values["email"] = identity.email
    return values


def _free_slack_id(connection: Connection, identity: Identity, user_id: str) -> None:
    """Take the Slack id from whoever had it before: the provider says whose it is now."""
    if identity.slack_id is None:
        return
    other = (columns.slack_id == identity.slack_id) & (columns.id != user_id)
    for loser in list(connection.scalars(select(columns.id).where(other))):
        log.warning("the Slack id of %s belongs to %s now", loser, user_id)
        connection.execute(update(users_table).where(columns.id == loser).values(slack_id=None))
        changes.append(connection, loser)
