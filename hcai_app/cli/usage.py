"""`usage export`: the ledger's rows, page by page, as JSON lines or CSV."""

import argparse
import csv
import sys
from typing import Any

import msgspec

from hcai_app import clock
from hcai_app.cli.table import add_area, add_command, moment, say
from hcai_app.db.engine import Database
from hcai_app.services.ledger import rows
from hcai_app.services.people import users
from hcai_app.settings import Settings


def add_to(commands: Any) -> None:
    """Add the area's commands."""
    area = add_area(commands, "usage", "look at the ledger")
    made = add_command(area, "export", "print ledger rows, oldest first", command=_export)
    made.add_argument("--user")
    made.add_argument("--since", type=moment, help="ISO 8601; UTC unless it says otherwise")
    made.add_argument("--format", choices=("jsonl", "csv"), required=True)


async def _export(database: Database, _settings: Settings, parsed: argparse.Namespace) -> None:
    user_id = None
    if parsed.user is not None:
        user = await database.read(lambda it: users.find(it, parsed.user), "account")
        user_id = user.id
    since_ms = clock.to_ms(parsed.since) if parsed.since else 0
    table = csv.writer(sys.stdout)
    if parsed.format == "csv":
        table.writerow(rows.FIELDS)
    async for row in rows.rows(database, user_id=user_id, since_ms=since_ms):
        if parsed.format == "csv":
            table.writerow(rows.cells(row))
        else:
            say(msgspec.json.encode(row).decode())
