"""How many calls the ledger holds: it must be as many as were answered."""

import asyncio

from sqlalchemy import text

from hcai_app.db.engine import Database


def count(database_url: str) -> int:
    """Count the rows of the ledger."""
    return asyncio.run(_count(database_url))


async def _count(database_url: str) -> int:
    database = Database(database_url)
    try:
        query = text("SELECT count(*) FROM calls")
        return await database.read(lambda it: it.scalar(query), "calls") or 0
    finally:
        await database.close()
