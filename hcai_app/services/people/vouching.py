"""Vouching: an admin's word that somebody is an eligible teen, where the provider cannot say so.

It holds until it is taken back, whatever sign-ins and daily checks find meanwhile; what the
provider says is stored beside it.
"""

from sqlalchemy import Connection, and_, case, select, true, update

from hcai_app import formatting
from hcai_app.db.engine import Database
from hcai_app.db.tables import users_table
from hcai_app.errors import InvalidRequest
from hcai_app.services import audit, changes
from hcai_app.services.audit import Act
from hcai_app.services.people import users
from hcai_app.services.people.identity import VERIFIED

columns = users_table.c


async def vouch(
    database: Database, reference: str, reason: str, *, actor: str = audit.COMMAND_LINE
) -> None:
    """Let somebody count as verified.

    Raises:
        NotFound: When there is no such user.
        InvalidRequest: When there is no reason.
        Unavailable: When the database is away.
    """
    line = formatting.one_line(reason)
    if not line:
        raise InvalidRequest("Give a reason: how do you know their age?", param="reason")
    await database.write(lambda it: _set(it, reference, line, actor, is_vouched=True), "account")


async def take_back(
    database: Database, reference: str, reason: str, *, actor: str = audit.COMMAND_LINE
) -> None:
    """Let what the provider says hold again.

    Raises:
        NotFound: When there is no such user.
        Unavailable: When the database is away.
    """
    line = formatting.one_line(reason) or ""
    await database.write(lambda it: _set(it, reference, line, actor, is_vouched=False), "account")


def _set(
    connection: Connection, reference: str, reason: str, actor: str, *, is_vouched: bool
) -> None:
    user = users.find(connection, reference)
    is_eligible = and_(columns.verification_status == VERIFIED, columns.ysws_eligible)
    verified = true() if is_vouched else case((is_eligible, True), else_=False)
    mine = columns.id == user.id
    values = {"is_vouched": is_vouched, "is_verified": verified}
    connection.execute(update(users_table).where(mine).values(**values))
    changes.append(connection, user.id)
    after = {
        "is_vouched": is_vouched,
        "is_verified": bool(connection.scalar(select(columns.is_verified).where(mine))),
    }
    before = {"is_vouched": user.is_vouched, "is_verified": user.is_verified}
    act = "users.vouch" if is_vouched else "users.unvouch"
    audit.append(connection, Act(act, actor, user.id, None, before, after, reason or None))
