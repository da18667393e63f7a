"""Finding a person by what is known of them: a name, an id, a key or its preview, a request."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, or_, select

from hcai_app import hashing
from hcai_app.db.engine import Database
from hcai_app.db.tables import calls_table, keys_table, refusals_table, users_table
from hcai_app.services.keys import keys
from hcai_app.services.people import users

MOST = 20
# Shorter parts of a preview are in too many keys.
LEAST_OF_PREVIEW = 4
REQUEST_ID = re.compile(r"[0-9a-f]{32}")
KEY_ID = re.compile(r"key_[0-9a-f]{20}")


@dataclass(frozen=True, slots=True)
class Found:
    """A user, and by what they were found."""

    user_id: str
    name: str
    slack_id: str | None
    is_banned: bool
    is_deleted: bool
    by: str


USER = (
    users_table.c.id,
    users_table.c.name,
    users_table.c.slack_id,
    users_table.c.deleted_at.is_not(None),
)


async def find(database: Database, text: str, *, secret_key: str) -> list[Found]:
    """Return the users whom a text may mean, the surest first; a whole key is only hashed.

    Raises:
        Unavailable: When the database is away.
    """
    asked = text.strip()
    return await database.read(lambda it: _find(it, asked, secret_key), "people") if asked else []


def _find(connection: Connection, text: str, secret_key: str) -> list[Found]:
    found: dict[str, Found] = {}
    for query, by in _queries(text, secret_key):
        for row in connection.execute(query.limit(MOST)):
            found.setdefault(row.id, _found(row, by))
        if len(found) >= MOST:
            break
    return list(found.values())[:MOST]


def _found(row: Any, by: str) -> Found:
    user_id, name, slack_id, is_deleted, is_banned = row
    return Found(user_id, name, slack_id, bool(is_banned), is_deleted, by)


def _users() -> Select[*tuple[Any, ...]]:
    return select(*USER, users.is_banned())


def _queries(text: str, secret_key: str) -> Iterator[tuple[Select[*tuple[Any, ...]], str]]:
    user, key = users_table.c, keys_table.c
    if keys.PATTERN.fullmatch(text):
        yield _by_key(key.hash == hashing.keyed_hash(text, secret_key)), "this key"
        return
    if REQUEST_ID.fullmatch(text):
        for table, by in ((calls_table, "a call"), (refusals_table, "a refused call")):
            rows = select(table.c.user_id).where(table.c.id == text)
            yield _users().where(user.id.in_(rows)), by
        return
    if KEY_ID.fullmatch(text):
        yield _by_key(key.id == text), "a key's id"
        return
    same = or_(user.id == text, user.slack_id == text, user.subject == text)
    yield _users().where(same), "their id"
    if text.startswith(keys.PREFIX) or "…" in text:
        yield _by_key(_previewed(text)), "a key's preview"
        return
    here = user.deleted_at.is_(None)
    named = _users().where(here, user.name.istartswith(text, autoescape=True))
    yield named.order_by(user.name, user.id), "their name"
    inside = _users().where(here, user.name.icontains(text, autoescape=True))
    yield inside.order_by(user.name, user.id), "their name"
    if len(text) >= LEAST_OF_PREVIEW:
        yield _by_key(key.preview.contains(text, autoescape=True)), "a key's preview"


def _previewed(text: str) -> ColumnElement[bool]:
    """Return what is true of keys whose preview begins and ends as a text does."""
    start, _, end = text.partition("…")
    preview = keys_table.c.preview
    return and_(preview.startswith(start, autoescape=True), preview.endswith(end, autoescape=True))


def _by_key(named: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    query = _users().join(keys_table, keys_table.c.user_id == users_table.c.id)
    return query.where(named).distinct()
