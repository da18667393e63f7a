"""Export of the personal data that is stored about a user.

No hash and no session's id leaves this module.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec.structs import asdict
from sqlalchemy import Connection, Executable, case, func, select, tuple_

from hcai_app.db.engine import Database
from hcai_app.db.tables import hours_table, keys_table, totals_table, users_table
from hcai_app.errors import NotAuthenticated
from hcai_app.services.call import Caller
from hcai_app.services.fairuse import appeals, exemptions, sharing
from hcai_app.services.fairuse.appeals import Appeal
from hcai_app.services.fairuse.exemptions import Exemption
from hcai_app.services.fairuse.sharing import KeyDay
from hcai_app.services.keys import keys, stored
from hcai_app.services.ledger import rows
from hcai_app.services.ledger.rollups import SUMS
from hcai_app.services.people import sessions
from hcai_app.services.people.sessions import OpenSession
from hcai_app.services.safety import counts, reports
from hcai_app.services.safety.counts import DayCount
from hcai_app.services.safety.reports import Report
from hcai_app.services.usage import refusals

HOUR_KEY = ("start_ms", "key_id", "model")
HOURS_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Profile:
    """A user's row, as far as it is about them."""

    id: str
    name: str
    slack_id: str | None
    subject: str | None
    email: str | None
    is_verified: bool
    verification_status: str | None
    ysws_eligible: bool | None
    budget_nanousd: int | None
    grant_nanousd: int | None
    granted_until: datetime | None
    grant_reason: str | None
    created_at: datetime
    signed_in_at: datetime | None


@dataclass(frozen=True, slots=True)
class AccountExport:
    """What the page shows."""

    profile: Profile
    sessions: tuple[OpenSession, ...]
    active_keys: int
    revoked_keys: int
    calls: int


@dataclass(frozen=True, slots=True)
class SafetyHoldings:
    """What the check of prompts, reports and fair use know of a user: numbers and reasons."""

    found: list[DayCount]
    reports: list[Report]
    exemptions: list[Exemption]
    appeals: list[Appeal]
    key_days: list[KeyDay]


@dataclass(frozen=True, slots=True)
class Holdings:
    """What there is beside the ledger's rows, ready to be written."""

    account: AccountExport
    keys: list[dict[str, Any]]
    totals: dict[str, int]
    totals_by_key: list[dict[str, Any]]
    refusals: list[dict[str, Any]]
    safety: SafetyHoldings


async def of_caller(database: Database, caller: Caller) -> AccountExport:
    """Read what is stored about a caller.

    Raises:
        NotAuthenticated: When the account was deleted just now.
        Unavailable: When the database is away.
    """
    return await database.read(lambda it: _account(it, caller), "account")


async def holdings_of(database: Database, caller: Caller) -> Holdings:
    """Read all that is stored about a user but the ledger's rows.

    Raises:
        NotAuthenticated: When the account was deleted just now.
        Unavailable: When the database is away.
    """
    return await database.read(lambda it: _holdings(it, caller), "data")


def calls_of(database: Database, caller: Caller) -> AsyncIterator[rows.ExportedCall]:
    """Yield the user's ledger rows, in the fields of the export, from the oldest on."""
    return rows.rows(database, user_id=caller.user_id)


async def hours_of(database: Database, caller: Caller) -> AsyncIterator[dict[str, Any]]:
    """Yield the user's sums of each hour, key and model: they outlive the ledger's rows.

    Raises:
        Unavailable: When the database is away.
    """
    after = (-1, "", "")
    while page := await database.read(_hours_after(caller.user_id, after), "data"):
        for row in page:
            yield row
        after = tuple(page[-1][name] for name in HOUR_KEY)


def _hours_after(user_id: str, after: tuple[Any, ...]) -> Callable[[Connection], list[Any]]:
    hours = hours_table.c
    key = [hours[name] for name in HOUR_KEY]
    of_user = select(*key, *(hours[name] for name in SUMS)).where(hours.user_id == user_id)
    query = of_user.where(tuple_(*key) > after).order_by(*key).limit(HOURS_PAGE)
    return lambda connection: _plain(connection, query)


def _account(connection: Connection, caller: Caller) -> AccountExport:
    user_id = caller.user_id
    totals = totals_table.c
    calls = select(func.sum(totals.requests)).where(totals.user_id == user_id)
    active, revoked = _count_keys(connection, user_id)
    return AccountExport(
        profile=_profile(connection, user_id),
        sessions=sessions.opened(connection, user_id, caller.session_id),
        active_keys=active,
        revoked_keys=revoked,
        calls=int(connection.scalar(calls) or 0),
    )


def _profile(connection: Connection, user_id: str) -> Profile:
    columns = users_table.c
    query = select(*(columns[name] for name in Profile.__dataclass_fields__))
    alive = query.where(columns.id == user_id, columns.deleted_at.is_(None))
    row = connection.execute(alive).first()
    if row is None:
        raise NotAuthenticated("This account is deleted.")
    return Profile(*row)


def _count_keys(connection: Connection, user_id: str) -> tuple[int, int]:
    columns = keys_table.c
    active = func.sum(case((keys.is_active(), 1), else_=0))
    query = select(func.count(), active).where(columns.user_id == user_id)
    count, active = connection.execute(query).one()
    return int(active or 0), count - int(active or 0)


def _holdings(connection: Connection, caller: Caller) -> Holdings:
    totals = totals_table.c
    sums = [totals[name] for name in SUMS]
    by_key = select(totals.key_id, totals.last_call_ms, *sums).where(
        totals.user_id == caller.user_id
    )
    by_key_sums = _plain(connection, by_key.order_by(totals.key_id))
    return Holdings(
        account=_account(connection, caller),
        keys=_plain(connection, stored.exported(caller.user_id)),
        refusals=[asdict(it) for it in refusals.every(connection, caller.user_id)],
        totals={name: sum(row[name] for row in by_key_sums) for name in SUMS},
        totals_by_key=by_key_sums,
        safety=_safety(connection, caller.user_id),
    )


def _safety(connection: Connection, user_id: str) -> SafetyHoldings:
    return SafetyHoldings(
        found=list(counts.of_user(connection, user_id)),
        reports=reports.of_user(connection, user_id),
        exemptions=exemptions.of_user(connection, user_id),
        appeals=appeals.of_user(connection, user_id),
        key_days=sharing.of_user(connection, user_id),
    )


def _plain(connection: Connection, query: Executable) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(query).mappings()]
