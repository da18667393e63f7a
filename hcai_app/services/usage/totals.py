"""Usage totals from the roll-ups: their cost does not grow with the ledger."""

from dataclasses import dataclass

from sqlalchemy import func, select

from hcai_app.db.engine import Database
from hcai_app.db.tables import totals_table


@dataclass(frozen=True, slots=True)
class Totals:
    """What a user has used from the beginning."""

    requests: int
    total_tokens: int
    prompt_tokens: int
    completion_tokens: int
    cost_nanousd: int


async def of_user(database: Database, user_id: str) -> Totals:
    """Return a user's totals, over all keys they ever had.

    Raises:
        Unavailable: When the database is away.
    """
    columns = totals_table.c
    sums = [
        func.coalesce(func.sum(column), 0)
        for column in (
            columns.requests,
            columns.total_tokens,
            columns.prompt_tokens,
            columns.completion_tokens,
            columns.cost_nanousd,
        )
    ]
    query = select(*sums).where(columns.user_id == user_id)
    row = await database.read(lambda it: it.execute(query).one(), "totals")
    return Totals(*(int(value) for value in row))
