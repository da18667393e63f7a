"""Users: create, find, ban, set a budget."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, insert, or_, select, update

from hcai_app import clock, formatting, money
from hcai_app.db.engine import Conflict, Database
from hcai_app.db.tables import users_table
from hcai_app.errors import InvalidRequest, NotFound
from hcai_app.services import audit, changes
from hcai_app.services.audit import Act

MAX_NAME = 200
MAX_REASON = 500


@dataclass(frozen=True, slots=True)
class User:
    """A user as an operator sees them."""

    id: str
    slack_id: str | None
    subject: str | None
    name: str
    is_verified: bool
    is_vouched: bool  # by an admin, whatever the provider says
    banned_at: datetime | None
    banned_until: datetime | None
    ban_reason: str | None
    budget_nanousd: int | None  # None: the default of the settings
    grant_nanousd: int | None  # a larger budget, until `granted_until`
    granted_until: datetime | None
    grant_reason: str | None
    created_at: datetime
    deleted_at: datetime | None

    @property
    def is_banned(self) -> bool:
        """Whether a ban holds now."""
        until = self.banned_until
        return self.banned_at is not None and (until is None or until > clock.now())

    @property
    def granted_nanousd(self) -> int | None:
        """The budget that is granted for the time being."""
        return grant_in_force(self.grant_nanousd, self.granted_until)


async def create(
    database: Database,
    *,
    slack_id: str,
    name: str,
    is_verified: bool = False,
    budget_nanousd: int | None = None,
    actor: str = audit.COMMAND_LINE,
) -> str:
    """Make a user, who is joined to the first sign-in with the same Slack id; return their id.

    Raises:
        InvalidRequest: When the Slack id is taken, or one of the names is empty.
        Unavailable: When the database is away.
    """
    shown, reference = formatting.one_line(name), formatting.one_line(slack_id)
    if not shown or not reference:
        raise InvalidRequest("A user needs a Slack id and a name of letters and signs.")
    user_id = f"usr_{secrets.token_hex(10)}"
    row = {
        "id": user_id,
        "slack_id": slack_id,
        "name": shown[:MAX_NAME],
        "is_verified": is_verified,
        "budget_nanousd": budget_nanousd,
        "created_at": clock.now(),
    }
    made = {"is_verified": is_verified, "budget_usd": _usd(budget_nanousd)}

    def work(connection: Connection) -> None:
        connection.execute(insert(users_table).values(row))
        audit.append(connection, Act("users.create", actor, user_id, after=made))

    try:
        await database.write(work, "account")
    except Conflict as error:
        raise InvalidRequest(f"There is a user with the Slack id {slack_id} already.") from error
    return user_id


def find(connection: Connection, reference: str) -> User:
    """Return the user that a Slack id, a sign-in subject or our own id names.

    Raises:
        NotFound: When nobody is called so.
    """
    columns = users_table.c
    named = or_(
        columns.id == reference, columns.slack_id == reference, columns.subject == reference
    )
    query = select(*(columns[name] for name in User.__dataclass_fields__)).where(named)
    row = connection.execute(query).first()
    if row is None:
        raise NotFound(f"There is no user {reference}.")
    return User(*row)


def is_admin(admins: Collection[str], subject: str | None, slack_id: str | None) -> bool:
    """Tell whether somebody is among the admins, whom HCAI_ADMINS names by either id."""
    return subject in admins or slack_id in admins


def lock(connection: Connection, user_id: str) -> None:
    """Hold the user's row until the transaction ends, so that counts of what they own stay true.

    SQLite has one writer at a time anyway.

    Raises:
        NotFound: When the account is deleted, perhaps while the row was waited for.
    """
    columns = users_table.c
    alive = select(columns.id).where(columns.id == user_id, columns.deleted_at.is_(None))
    if connection.scalar(alive.with_for_update()) is None:
        raise NotFound(f"There is no user {user_id}: the account is deleted.")


def is_banned() -> ColumnElement[bool]:
    """Return what is true of a user whose ban holds now."""
    user = users_table.c
    lasts = or_(user.banned_until.is_(None), user.banned_until > clock.now())
    return and_(user.banned_at.is_not(None), lasts)


def grant_in_force(nanousd: int | None, until: datetime | None) -> int | None:
    """Return a granted budget; None when its time is over, or there is none."""
    return None if until is None or until <= clock.now() else nanousd


def granted() -> ColumnElement[int | None]:
    """Return the budget that a user is granted for the time being, as a column to read."""
    user = users_table.c
    return case((user.granted_until > clock.now(), user.grant_nanousd))


async def ban(
    database: Database,
    reference: str,
    reason: str,
    until: datetime | None = None,
    *,
    actor: str = audit.COMMAND_LINE,
) -> None:
    """Refuse everything the user asks from now on, and end what runs.

    Raises:
        NotFound: When there is no such user.
        InvalidRequest: When the end of the ban is no time to come.
        Unavailable: When the database is away.
    """
    _check_end(until)
    why, at = _reason(reason), clock.now()

    def work(connection: Connection) -> None:
        user = find(connection, reference)
        _change(connection, user.id, banned_at=at, banned_until=until, ban_reason=why)
        before = {"banned_at": user.banned_at, "banned_until": user.banned_until}
        after = {"banned_at": at, "banned_until": until}
        audit.append(connection, Act("users.ban", actor, user.id, None, before, after, why))

    await database.write(work, "account")


async def unban(database: Database, reference: str, *, actor: str = audit.COMMAND_LINE) -> None:
    """Let the user in again.

    Raises:
        NotFound: When there is no such user.
        Unavailable: When the database is away.
    """

    def work(connection: Connection) -> None:
        user = find(connection, reference)
        _change(connection, user.id, banned_at=None, banned_until=None, ban_reason=None)
        before, after = {"banned_at": user.banned_at}, {"banned_at": None}
        audit.append(connection, Act("users.unban", actor, user.id, None, before, after))

    await database.write(work, "account")


async def set_budget(
    database: Database, reference: str, budget_nanousd: int, *, actor: str = audit.COMMAND_LINE
) -> None:
    """Give the user a budget of their own.

    Raises:
        NotFound: When there is no such user.
        Unavailable: When the database is away.
    """

    def work(connection: Connection) -> None:
        user = find(connection, reference)
        _change(connection, user.id, budget_nanousd=budget_nanousd)
        before, after = _usd(user.budget_nanousd), _usd(budget_nanousd)
        changed = {"budget_usd": before}, {"budget_usd": after}
        audit.append(connection, Act("users.budget", actor, user.id, None, *changed))

    await database.write(work, "account")


async def grant(
    database: Database,
    reference: str,
    budget_nanousd: int,
    *,
    until: datetime,
    reason: str,
    actor: str = audit.COMMAND_LINE,
) -> None:
    """Give the user a larger budget for a time; a new grant takes the place of the last one.

    Raises:
        NotFound: When there is no such user.
        InvalidRequest: When the end is no time to come, or there is no reason.
        Unavailable: When the database is away.
    """
    _check_end(until)
    why = _reason(reason)
    values = {"grant_nanousd": budget_nanousd, "granted_until": until, "grant_reason": why}

    def work(connection: Connection) -> None:
        user = find(connection, reference)
        _change(connection, user.id, **values)
        before = {"budget_usd": _usd(user.grant_nanousd), "until": user.granted_until}
        after = {"budget_usd": _usd(budget_nanousd), "until": until}
        audit.append(connection, Act("users.grant", actor, user.id, None, before, after, why))

    await database.write(work, "account")


def _check_end(until: datetime | None) -> None:
    if until is not None and until <= clock.now():
        raise InvalidRequest("The end must be a time to come.", param="until")


def _reason(text: str) -> str:
    line = formatting.one_line(text)
    if not line:
        raise InvalidRequest("Say why, in letters and signs.", param="reason")
    return line[:MAX_REASON]


def _change(connection: Connection, user_id: str, **values: Any) -> None:
    connection.execute(update(users_table).where(users_table.c.id == user_id).values(**values))
    changes.append(connection, user_id)


def _usd(nanousd: int | None) -> str | None:
    """Return a budget as the log of acts holds it; None is the default of the settings."""
    return None if nanousd is None else money.to_text(nanousd)
