"""A worker's books, opened and closed by hand, and calls to write into them."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select, text
from sqlalchemy.engine import RowMapping

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.db.tables import calls_table
from hcai_app.services.call import (
    Caller,
    CallStart,
    KeyRules,
    LedgerEntry,
    Outcome,
    RunningCall,
    Usage,
    new_id,
)
from hcai_app.services.ledger import recovery
from hcai_app.services.ledger.journal import Journal
from hcai_app.services.ledger.rollups import SUMS, Rollups
from hcai_app.services.ledger.writer import Ledger
from hcai_app.services.limits.budget import Budget


class Books:
    """What a worker writes with."""

    def __init__(self, database: Database, folder: Path, worker: str = "w1") -> None:
        self.database = database
        self.journal = Journal(folder)
        self.totals = Rollups(worker)
        self.group_sizes: list[int] = []  # of each commit
        self.recovered: list[LedgerEntry] = []
        self.ledger = Ledger(
            database,
            self.journal,
            self.totals,
            [self._note_size],
            on_recovered=[self.recovered.extend],
        )
        self.ledger.start()
        self.budget = Budget(database, 10**9)
        self._is_open = True

    async def close(self) -> None:
        if self._is_open:
            self._is_open = False
            await self.ledger.close()
            self.journal.close()

    def _note_size(self, group: list[LedgerEntry]) -> None:
        self.group_sizes.append(len(group))

    async def adopt(self) -> int:
        """Take over what dead workers left."""
        return await recovery.adopt(self.journal, self.ledger, self.budget)

    async def record(self, entry: LedgerEntry) -> None:
        """Write a row on the whole way, from its opening to its commit."""
        opened = open_call(id=entry.id, user_id=entry.user_id, key_id=entry.key_id)
        self.journal.open(opened)
        await self.ledger.record(entry, opened.segment)


async def until(is_true: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for what happens in the background."""
    async with asyncio.timeout(seconds):
        while not is_true():  # noqa: ASYNC110 - there is no event of this
            await asyncio.sleep(0.02)


def caller_of(
    user_id: str = "usr_1",
    budget_nanousd: int | None = None,
    *,
    key_id: str = "key_1",
    rules: KeyRules | None = None,
) -> Caller:
    """A user who calls with a key."""
    return Caller(
        user_id=user_id,
        key_id=key_id,
        is_verified=True,
        ban_reason=None,
        budget_nanousd=budget_nanousd,
        pseudonym="hc_1",
        rules=rules,
    )


def open_call(**fields: Any) -> RunningCall:
    """A running call."""
    started = fields.pop("started_at_ms", None) or clock.now_ms()
    given = {
        "id": new_id(started),
        "user_id": "usr_1",
        "key_id": "key_1",
        "endpoint": "/chat/completions",
        "requested_model": "a/b",
        "streamed": False,
        "reserved_nanousd": 1_000,
        "started_at_ms": started,
    }
    opening = CallStart(**{**given, **fields})
    return RunningCall(opening, opening.requested_model)


def entry(
    *,
    outcome: Outcome = Outcome.COMPLETED,
    cost: int | None = 500,
    generation_id: str | None = "gen-1",
    model: str = "a/b",
    usage: Usage | None = None,
    **opening: Any,
) -> LedgerEntry:
    """A finished call; without a cost it is not settled."""
    call = open_call(**opening)
    call.has_answer, call.generation_id, call.model = True, generation_id, model
    call.usage = usage or Usage(10, 20, 3, 4, 30, cost)
    return call.finish(outcome, 200)


async def rows(database: Database) -> list[RowMapping]:
    """The ledger."""
    query = select(calls_table).order_by(calls_table.c.id)
    return await database.read(lambda it: list(it.execute(query).mappings()), "calls")


async def sums(database: Database, table: Table | str, where: str = "1 = 1") -> tuple[int, ...]:
    """What a table of roll-ups adds up to, in the order of SUMS."""
    columns = ", ".join(f"COALESCE(SUM({name}), 0)" for name in SUMS)
    (found,) = await fetch(database, f"SELECT {columns} FROM {table} WHERE {where}")
    return tuple(int(value) for value in found)


async def fetch(database: Database, query: str) -> list[tuple[Any, ...]]:
    return await database.read(lambda it: [tuple(row) for row in it.execute(text(query))], "rows")


async def execute(database: Database, statement: str, **values: Any) -> None:
    await database.write(lambda it: it.execute(text(statement), values), "rows")


async def execute_long(database: Database, statement: str, **values: Any) -> None:
    """The same, for what takes longer than a worker would wait: a million rows take a while."""
    await database.alter(lambda it: it.execute(text(statement), values), "rows")
