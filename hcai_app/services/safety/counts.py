"""How often prompts were checked, and what was found: numbers by day and user, never a text.

They are added up in memory and written every few seconds, so that a check waits for no database; a
process that is killed loses those of its last seconds.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select

from hcai_app import clock
from hcai_app.db import engine
from hcai_app.db.bulk import Bulk, adding
from hcai_app.db.engine import Database
from hcai_app.db.models.safety import NO_USER
from hcai_app.db.tables import safety_table
from hcai_app.services.ledger.rollups import calendar_day_ms
from hcai_app.services.safety.verdicts import Finding, Verdict

log = logging.getLogger(__name__)

FLUSH_S = 5.0
WHAT = "safety's numbers"
# Counted for nobody, beside the categories of moderation.
CHECKED, UNCHECKED, HELP_OPENED = "checked", "unchecked", "help_opened"
_DAYS = Bulk(
    safety_table,
    ("start_ms", "category", "user_id", "count"),
    on_conflict=adding(safety_table, ("count",)),
)

Counted = Counter[tuple[int, str, str]]  # by the columns of the table's key


class DayCount(NamedTuple):
    """How often something was found on a UTC day, in the prompts of all users together."""

    start_ms: int
    category: str
    times: int


class SafetyCounts:
    """The counts of this worker that are not written yet."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: Counted = Counter()

    def note(self, user_id: str, verdict: Verdict) -> None:
        """Count a check."""
        if verdict.finding is Finding.UNCHECKED:
            self._add(UNCHECKED, NO_USER)
            return
        self._add(CHECKED, NO_USER)
        for category in verdict.categories:
            self._add(category, user_id)

    def note_help(self) -> None:
        """Count that somebody opened the page of help."""
        self._add(HELP_OPENED, NO_USER)

    async def run(self) -> None:
        """Write what was counted every few seconds, until cancelled."""
        while True:
            await asyncio.sleep(FLUSH_S)
            await self.flush()

    async def flush(self) -> None:
        """Write what was counted; while the database is away it waits."""
        if not self._waiting:
            return
        counted, self._waiting = self._waiting, Counter()
        try:
            await self._database.write(lambda it: add(it, counted), WHAT)
        except Exception as error:
            log.warning("%s are not written yet: %s", WHAT, engine.reason(error))
            self._waiting.update(counted)

    def _add(self, category: str, user_id: str) -> None:
        self._waiting[calendar_day_ms(clock.now_ms()), category, user_id] += 1


def add(connection: Connection, counted: Counted) -> None:
    """Add counts to those that are stored."""
    _DAYS.insert(connection, [(*key, counted[key]) for key in sorted(counted)])


async def by_day(database: Database, since_ms: int) -> list[DayCount]:
    """Return what was found in the prompts of all users together, by day and category.

    Raises:
        Unavailable: When the database is away.
    """
    columns = safety_table.c
    day = (columns.start_ms, columns.category)
    query = select(*day, func.sum(columns.count)).where(columns.start_ms >= since_ms)
    ordered = query.group_by(*day).order_by(*day)
    rows = await database.read(lambda it: it.execute(ordered).all(), WHAT)
    return [DayCount(start_ms, category, int(count)) for start_ms, category, count in rows]


def of_user(connection: Connection, user_id: str) -> Iterable[DayCount]:
    """Return what was found in a user's own prompts, for that user alone."""
    columns = safety_table.c
    query = select(columns.start_ms, columns.category, columns.count)
    mine = query.where(columns.user_id == user_id).order_by(columns.start_ms, columns.category)
    return [DayCount(*row) for row in connection.execute(mine)]


def forget(connection: Connection, user_id: str) -> None:
    """Leave a user's numbers in the sums alone, where they are nobody's."""
    found = of_user(connection, user_id)
    connection.execute(delete(safety_table).where(safety_table.c.user_id == user_id))
    add(connection, Counter({(day, category, NO_USER): count for day, category, count in found}))


def prune(connection: Connection, before_ms: int) -> None:
    """Delete the numbers of days before a moment."""
    connection.execute(delete(safety_table).where(safety_table.c.start_ms < before_ms))
