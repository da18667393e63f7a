"""The latest calls of everybody, for all to see: which model answered, when, with how many tokens.

Nothing of it tells who called, by which key, or what was said; ids stay here too, since their
owners find a call by them.
"""

from collections.abc import Awaitable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.db.tables import calls_table
from hcai_app.refreshed import Refreshed, Stale
from hcai_app.services.call import Outcome, first_id_at

CALLS = 8
HOURS = 24
FRESH_S = 1.0
WHAT = "latest calls"


@dataclass(frozen=True, slots=True)
class PublicCall:
    """A call that was answered."""

    started_at_ms: int
    model: str
    tokens: int


def cached(database: Database) -> Refreshed[tuple[PublicCall, ...]]:
    """Return the latest calls, newest first, read once a second at most."""

    def read() -> Awaitable[tuple[PublicCall, ...]]:
        return database.read(_read, WHAT)

    return Refreshed(WHAT, read, fresh_s=FRESH_S, stale=Stale.NEVER)


def _read(connection: Connection) -> tuple[PublicCall, ...]:
    calls = calls_table.c
    query = (
        select(calls.started_at_ms, calls.model, calls.total_tokens)
        .where(calls.id >= first_id_at(clock.now_ms() - HOURS * clock.MS_PER_HOUR))
        .where(calls.outcome == Outcome.COMPLETED.value)
        .order_by(calls.id.desc())
        .limit(CALLS)
    )
    return tuple(PublicCall(*row) for row in connection.execute(query))
