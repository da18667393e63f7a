"""Exemptions: who is let through a rule, until when and why; known to every worker in a second."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select

from hcai_app import clock, formatting
from hcai_app.db.engine import Database
from hcai_app.db.tables import exemptions_table, keys_table
from hcai_app.errors import InvalidRequest, NotFound
from hcai_app.services import audit, changes
from hcai_app.services.audit import Act
from hcai_app.services.call import Caller
from hcai_app.services.changes import Followed
from hcai_app.services.fairuse import rules
from hcai_app.services.keys import keys
from hcai_app.services.people import users

# Stands in the change log where otherwise a user does.
CHANGED = "fair_use_exemptions"
MAX_REASON = 500


@dataclass(frozen=True, slots=True)
class Exemption:
    """Whom and what it is for: all that is given must be so."""

    id: str
    user_id: str | None
    key_id: str | None
    rule: str | None
    until: datetime
    reason: str

    def covers(self, caller: Caller, rule: str) -> bool:
        """Return whether it lets this caller through this rule now."""
        return (
            self.user_id in (None, caller.user_id)
            and self.key_id in (None, caller.key_id)
            and self.rule in (None, rule)
            and self.until > clock.now()
        )


class Exemptions(Followed[list[Exemption]]):
    """The exemptions that hold, as one worker knows them."""

    def __init__(self, database: Database) -> None:
        super().__init__("exemptions", [], lambda: listed(database))

    def cover(self, caller: Caller, rule: str) -> bool:
        """Return whether a caller is let through a rule."""
        return any(exemption.covers(caller, rule) for exemption in self.value)


async def listed(database: Database) -> list[Exemption]:
    """Return the exemptions that hold, oldest first.

    Raises:
        Unavailable: When the database is away.
    """
    columns = exemptions_table.c
    shown = (columns[name] for name in Exemption.__dataclass_fields__)
    query = select(*shown).where(columns.until > clock.now())
    ordered = query.order_by(columns.created_at, columns.id)
    rows = await database.read(lambda it: it.execute(ordered).all(), "exemptions")
    return [Exemption(*row) for row in rows]


async def grant(
    database: Database,
    *,
    user: str | None,
    key: str | None,
    rule: str | None,
    until: datetime,
    reason: str,
    secret_key: str,
    actor: str = audit.COMMAND_LINE,
) -> str:
    """Exempt a user, a key, a rule, or what several of them name together; return its id.

    Raises:
        InvalidRequest: When none is named, there is no such rule, no reason, or the time is over.
        NotFound: When there is no such user or key.
        Unavailable: When the database is away.
    """
    told = (formatting.one_line(reason) or "")[:MAX_REASON]
    _check(named=user or key or rule, rule=rule, until=until, reason=told)
    made = f"exm_{secrets.token_hex(10)}"

    def work(connection: Connection) -> None:
        values: dict[str, Any] = {
            "id": made,
            "user_id": users.find(connection, user).id if user else None,
            "key_id": keys.find_id(connection, key, secret_key=secret_key) if key else None,
            "rule": rule,
            "until": until,
            "reason": told,
        }
        _insert(connection, values, actor)

    await database.write(work, "exemptions")
    return made


def _insert(connection: Connection, values: dict[str, Any], actor: str) -> None:
    connection.execute(insert(exemptions_table).values(created_at=clock.now(), **values))
    changes.append(connection, CHANGED)
    user_id, made, reason = (values[name] for name in ("user_id", "id", "reason"))
    after = {name: values[name] for name in ("key_id", "rule", "until")}
    audit.append(connection, Act("fairuse.exempt", actor, user_id, made, None, after, reason))


def _check(*, named: str | None, rule: str | None, until: datetime, reason: str) -> None:
    if not named:
        raise InvalidRequest("Say whom or what to exempt: a user, a key or a rule.")
    if rule is not None and not rules.is_known(rule):
        raise InvalidRequest(f"There is no rule {rule}; `fairuse rules` lists them.")
    if until <= clock.now():
        raise InvalidRequest("The time is over already: name one to come.")
    if not reason:
        raise InvalidRequest("Give a reason, for those who read it later.")


async def end(database: Database, exemption_id: str, *, actor: str = audit.COMMAND_LINE) -> None:
    """End an exemption at once.

    Raises:
        NotFound: When there is none.
        Unavailable: When the database is away.
    """

    def work(connection: Connection) -> None:
        columns = exemptions_table.c
        named = columns.id == exemption_id
        whose = select(columns.user_id, columns.key_id, columns.rule, columns.until).where(named)
        if (row := connection.execute(whose.with_for_update()).first()) is None:
            raise NotFound(f"There is no exemption {exemption_id}.")
        connection.execute(delete(exemptions_table).where(named))
        changes.append(connection, CHANGED)
        before = {"key_id": row.key_id, "rule": row.rule, "until": row.until}
        audit.append(connection, Act("fairuse.end", actor, row.user_id, exemption_id, before))

    await database.write(work, "exemptions")


def of_user(connection: Connection, user_id: str) -> list[Exemption]:
    """Return what a user or one of their keys was exempted from, even if it is over."""
    columns = exemptions_table.c
    shown = (columns[name] for name in Exemption.__dataclass_fields__)
    query = select(*shown).where(_is_of(user_id)).order_by(columns.created_at)
    return [Exemption(*row) for row in connection.execute(query)]


def drop_all(connection: Connection, user_id: str) -> None:
    """Delete a user's exemptions and those of their keys, whose reasons may speak of them."""
    connection.execute(delete(exemptions_table).where(_is_of(user_id)))


def _is_of(user_id: str) -> ColumnElement[bool]:
    columns = exemptions_table.c
    own = select(keys_table.c.id).where(keys_table.c.user_id == user_id)
    return or_(columns.user_id == user_id, columns.key_id.in_(own))
