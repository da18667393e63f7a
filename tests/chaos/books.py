"""The books, read straight from the tables, and what must hold of them after any disaster."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from hcai_app.db.engine import Database
from hcai_app.services.keys import keys
from hcai_app.services.people import users
from tests.harness.product import Product
from tests.harness.provider import Provider

Row = dict[str, Any]
SUMS = ("requests", "failures", "prompt_tokens", "completion_tokens", "total_tokens")
FIGURES = (*SUMS, "cost_nanousd")
FAILED = ("upstream_error", "interrupted")
HOUR_MS, DAY_MS = 3_600_000, 86_400_000


def in_database(product: Product, work: Callable[[Database], Awaitable[Any]]) -> Any:
    """Run a piece of work on the product's database, from this process."""

    async def run() -> Any:
        database = Database(product.settings["DATABASE_URL"])
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())


def make_key(product: Product, slack_id: str = "U1", budget_nanousd: int | None = None) -> str:
    """Make a user and a key for them, without the second that each command takes."""

    async def make(database: Database) -> str:
        await users.create(database, slack_id=slack_id, name="Ada", budget_nanousd=budget_nanousd)
        issued = await keys.issue(
            database,
            slack_id,
            "laptop",
            secret_key=product.settings["HCAI_SECRET_KEY"],
            max_keys=50,
        )
        return issued.secret

    return in_database(product, make)


def select(product: Product, query: str) -> list[Row]:
    async def read(database: Database) -> list[Row]:
        found = await database.read(lambda it: it.execute(text(query)).mappings().all(), "rows")
        return [dict(row) for row in found]

    return in_database(product, read)


def ledger(product: Product) -> list[Row]:
    return select(product, "SELECT * FROM calls ORDER BY id")


def wait_until(is_so: Callable[[], Any], seconds: float, what: str) -> Any:
    """Wait for a condition; return what it gave, or fail naming it."""
    deadline = time.monotonic() + seconds
    while not (value := is_so()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.05)
    return value


def wait_until_settled(product: Product, seconds: float = 30) -> list[Row]:
    """Wait until no row waits for its cost; return all rows."""
    wait_until(
        lambda: not select(product, "SELECT id FROM calls WHERE NOT settled LIMIT 1"),
        seconds,
        "all rows are settled",
    )
    return ledger(product)


def check_roll_ups(product: Product) -> None:
    """Every roll-up is the sum of the rows that belong to it."""
    rows = ledger(product)
    kinds: dict[str, tuple[str, Callable[[Row], tuple[Any, ...]]]] = {
        "usage_hours": (
            "user_id, start_ms, key_id, model",
            lambda r: (r["user_id"], _floor(r, HOUR_MS), r["key_id"] or "", r["model"]),
        ),
        "usage_minutes": (
            "user_id, start_ms, key_id, model",
            lambda r: (r["user_id"], _floor(r, 60_000), r["key_id"] or "", r["model"]),
        ),
        "key_totals": ("user_id, key_id", lambda r: (r["user_id"], r["key_id"] or "")),
        "site_days": ("start_ms, model", lambda r: (_floor(r, DAY_MS), r["model"])),
    }
    for table, (names, group_of) in kinds.items():
        sums = ", ".join(f"CAST(SUM({name}) AS BIGINT) AS {name}" for name in FIGURES)
        stored = select(product, f"SELECT {names}, {sums} FROM {table} GROUP BY {names}")
        found = {
            tuple(row[name] for name in names.split(", ")): tuple(row[name] for name in FIGURES)
            for row in stored
            if any(row[name] for name in FIGURES)
        }
        assert found == _sums(rows, group_of), table


def check_stats(product: Product, key: str) -> None:
    """`/stats` tells the sums of all rows; only for a ledger of one user."""
    rows, told = ledger(product), product.get("/stats", key).json()
    assert told == {
        "totalRequests": len(rows),
        "totalTokens": sum(row["total_tokens"] for row in rows),
        "totalPromptTokens": sum(row["prompt_tokens"] for row in rows),
        "totalCompletionTokens": sum(row["completion_tokens"] for row in rows),
    }


def check_against_provider(
    rows: list[Row], provider: Provider, *, max_unseen: int = 64
) -> tuple[int, int]:
    """Every call that the provider saw has exactly one row, with the provider's figures.

    A call that was killed before the provider's headers reached us has no generation id: such rows
    are settled by estimate, and there must be enough of them. Returns how many calls were matched
    by id, and how many by number.
    """
    seen = {call["id"]: call for call in provider.summary()}
    ids = Counter(row["generation_id"] for row in rows if row["generation_id"])
    assert set(ids.values()) <= {1}, "a generation has two rows"
    assert set(ids) <= set(seen), "a row of a generation that the provider never saw"
    nameless = [row for row in rows if not row["generation_id"]]
    missing = set(seen) - set(ids)
    assert len(missing) <= len(nameless) <= max_unseen, (len(missing), len(nameless))
    for row in rows:
        if row["generation_id"]:
            check_figures(row, seen[row["generation_id"]])
    assert {row["cost_source"] for row in nameless} <= {"estimate"}
    return len(ids), len(missing)


def check_figures(row: Row, call: dict[str, Any]) -> None:
    """The row has the provider's tokens and its cost, to the nano-dollar."""
    cost = int((Decimal(str(call["cost"])) * 10**9).to_integral_value("ROUND_HALF_UP"))
    told = (call["prompt_tokens"], call["completion_tokens"], cost)
    booked = (row["prompt_tokens"], row["completion_tokens"], row["cost_nanousd"])
    assert row["settled"], row
    assert booked == told, (row, call)
    assert row["total_tokens"] == call["prompt_tokens"] + call["completion_tokens"]


def _sums(
    rows: list[Row], group_of: Callable[[Row], tuple[Any, ...]]
) -> dict[tuple[Any, ...], tuple[int, ...]]:
    groups: dict[tuple[Any, ...], list[int]] = {}
    for row in rows:
        own = (
            1,
            int(row["outcome"] in FAILED),
            row["prompt_tokens"],
            row["completion_tokens"],
            row["total_tokens"],
            row["cost_nanousd"],
        )
        before = groups.get(group_of(row), [0] * len(own))
        groups[group_of(row)] = [a + b for a, b in zip(before, own, strict=True)]
    return {group: tuple(sums) for group, sums in groups.items()}


def _floor(row: Row, unit_ms: int) -> int:
    return row["started_at_ms"] - row["started_at_ms"] % unit_ms
