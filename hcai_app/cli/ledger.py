"""`ledger replay`: rows that were set aside go into the books after all."""

import argparse
from typing import Any

from hcai_app.cli.table import add_area, add_command, say
from hcai_app.db.engine import Database
from hcai_app.errors import InternalError
from hcai_app.services.ledger import dead_letters
from hcai_app.settings import Settings, journal_folder


def add_to(commands: Any) -> None:
    """Add the area's commands."""
    area = add_area(commands, "ledger", "tend the books")
    add_command(area, "replay", "write the rows of this host that were set aside", command=_replay)


async def _replay(database: Database, settings: Settings, _parsed: argparse.Namespace) -> None:
    folder = journal_folder(settings)
    try:
        written, left = await dead_letters.replay(database, folder)
    except OSError as error:
        raise InternalError(f"{folder / dead_letters.FILE}: {error.strerror}") from error
    say(str(written))
    if left:
        raise InternalError(
            f"{left} stay aside, which the database still refuses: see {folder / dead_letters.FILE}"
        )
