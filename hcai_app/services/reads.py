"""Reading for an answer: a database that is away is a 503, which a client repeats, and no fault."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from hcai_app.db import engine
from hcai_app.db.engine import Database
from hcai_app.errors import Unavailable

T = TypeVar("T")


async def answer(database: Database, work: Callable[[Connection], T], what: str) -> T:
    """Run a unit of work that only reads; `what` names the thing that is read.

    Raises:
        Unavailable: When the database is away.
    """
    try:
        return await database.read(work)
    except Exception as error:
        if not engine.is_away(error) or engine.is_unmigrated(error):
            raise
        raise Unavailable(f"Your {what} cannot be read just now; try again soon.") from error
