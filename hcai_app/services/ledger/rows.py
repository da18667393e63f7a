"""Ledger rows for people and scripts, with the public field names, paged by keyset."""

from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import RowMapping

from hcai_app import clock, money
from hcai_app.db.engine import Database
from hcai_app.db.tables import calls_table
from hcai_app.services.call import first_id_at

# A read holds one of few threads for a page: with larger ones, callers wait behind exports.
PAGE = 200
FIELDS = (
    "id",
    "user_id",
    "key_id",
    "endpoint",
    "requested_model",
    "model",
    "generation_id",
    "status",
    "outcome",
    "streamed",
    "prompt_tokens",
    "completion_tokens",
    "reasoning_tokens",
    "cached_tokens",
    "total_tokens",
    "cost_usd",
    "settled",
    "cost_source",
    "started_at",
    "first_byte_ms",
    "duration_ms",
)


async def rows(
    database: Database, *, user_id: str | None = None, since_ms: int = 0
) -> AsyncIterator[dict[str, Any]]:
    """Yield rows in the order of their start; a page is read by its first id, never by counting.

    Raises:
        Unavailable: When the database is away.
    """
    after = first_id_at(since_ms)
    while page := await _page(database, user_id, after):
        for row in page:
            yield view(row)
        after = page[-1]["id"]


def view(row: RowMapping) -> dict[str, Any]:
    """Return a row as the outside sees it: dollars and ISO 8601."""
    shown = {name: row[name] for name in FIELDS if name in row}
    shown["cost_usd"] = money.to_text(row["cost_nanousd"])
    shown["started_at"] = clock.from_ms(row["started_at_ms"]).isoformat()
    return {name: shown[name] for name in FIELDS}


async def _page(database: Database, user_id: str | None, after: str) -> list[RowMapping]:
    query = select(calls_table).where(calls_table.c.id > after)
    if user_id is not None:
        query = query.where(calls_table.c.user_id == user_id)
    ordered = query.order_by(calls_table.c.id).limit(PAGE)
    return await database.read(lambda it: list(it.execute(ordered).mappings()), "calls")
