"""Notices to the operators: what a machine saw and a person should know.

Whoever sees it appends a row in its own transaction, once for all workers (`Notice.once`). The desk
lists the rows; where a webhook is set, `Delivery` posts each until it was taken. No name, address,
prompt or key of anybody stands in one.
"""

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from sqlalchemy import Connection, bindparam, delete, select, text

from hcai_app import clock, formatting
from hcai_app.db.engine import Database
from hcai_app.db.tables import notices_table

log = logging.getLogger(__name__)

KEPT = timedelta(days=90)
MAX_TEXT = 500
LISTED = 100


class NoticeKind(StrEnum):
    """What notices are about; the word stands in the webhook's `type`."""

    BRAKE = "brake"  # what all users together spend nears or reaches its limit
    PROVIDER_KEY = "provider_key"  # the provider refuses our key, or has no money for it
    FAIR_USE = "fair_use"  # a rule fires unusually often
    WORKER = "worker"  # a worker has died
    MODERATION = "moderation"  # moderation hangs, and prompts go unchecked
    LEAK = "leak"  # keys were found in public
    REPORT = "report"  # somebody reports an answer, or appeals
    TEST = "test"  # the command line tries the webhook


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to be known; `once` names the occasion, of which there is one notice."""

    kind: NoticeKind
    text: str
    once: str
    data: Mapping[str, str | int | float] = field(default_factory=dict[str, str | int | float])


@dataclass(frozen=True, slots=True)
class StoredNotice:
    """A notice as it is stored."""

    id: str
    kind: str
    text: str
    data: str
    created_at: datetime
    attempts: int
    due_at: datetime | None
    delivered_at: datetime | None
    fault: str | None


_APPEND = text(
    "INSERT INTO notices (id, kind, text, data, once, created_at, attempts, due_at) "
    "VALUES (:id, :kind, :text, :data, :once, :now, 0, :now) ON CONFLICT (once) DO NOTHING"
).bindparams(bindparam("now", type_=notices_table.c.created_at.type))


def append(connection: Connection, notice: Notice) -> bool:
    """Keep a notice in the caller's transaction; False when its occasion has one already."""
    now = clock.now()
    values = {
        "id": f"ntc_{clock.to_ms(now):012x}{secrets.token_hex(6)}",
        "kind": notice.kind.value,
        "text": (formatting.one_line(notice.text) or "")[:MAX_TEXT],
        "data": msgspec.json.encode(dict(notice.data)).decode(),
        "once": notice.once,
        "now": now,
    }
    return connection.execute(_APPEND, values).rowcount > 0


async def tell(database: Database, notice: Notice) -> bool:
    """Keep a notice in a transaction of its own; False when its occasion has one already.

    Raises:
        Unavailable: When the database is away.
    """
    is_new = await database.write(lambda it: append(it, notice), "notices")
    if is_new:
        log.warning("notice: %s", notice.text)
    return is_new


async def latest(database: Database, count: int = LISTED) -> list[StoredNotice]:
    """Return the latest notices, newest first.

    Raises:
        Unavailable: When the database is away.
    """
    columns = notices_table.c
    shown = (columns[name] for name in StoredNotice.__dataclass_fields__)
    query = select(*shown).order_by(columns.id.desc()).limit(count)
    rows = await database.read(lambda it: it.execute(query).all(), "notices")
    return [StoredNotice(*row) for row in rows]


def prune(connection: Connection) -> None:
    """Delete notices of long ago."""
    connection.execute(delete(notices_table).where(notices_table.c.created_at < clock.now() - KEPT))
