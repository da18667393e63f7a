"""Using the database for an answer: one that is away is a 503, which a client repeats, no fault."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
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
    with available(what):
        return await database.read(work)


@contextmanager
def available(what: str) -> Generator[None]:
    """Use the database in the block; `what` names the thing that is read or written.

    Raises:
        Unavailable: When the database is away.
    """
    try:
        yield
    except Exception as error:
        if not engine.is_away(error) or engine.is_unmigrated(error):
            raise
        raise Unavailable(f"Your {what} cannot be reached just now; try again soon.") from error
