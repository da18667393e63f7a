"""`safety …`: what the check of prompts has counted, and reports of answers."""

import argparse
from datetime import timedelta
from typing import Any

import msgspec

from hcai_app import clock
from hcai_app.cli.table import add_area, add_command, moment, say
from hcai_app.db.engine import Database
from hcai_app.services.safety import counts, reports
from hcai_app.settings import Settings

LATELY = timedelta(days=30)


def add_to(commands: Any) -> None:
    """Add the area's commands."""
    area = add_area(commands, "safety", "numbers of the check of prompts, reports of answers")
    counted = add_command(area, "counts", "print what was found by day", command=_counts)
    counted.add_argument("--since", type=moment, help="ISO 8601, else UTC; 30 days ago without it")
    listed = add_command(area, "reports", "print open reports, a JSON line each", command=_reports)
    listed.add_argument("--all", action="store_true", help="closed ones too")
    closed = add_command(area, "close", "close a report", command=_close)
    closed.add_argument("request_id")
    closed.add_argument(
        "--reason", required=True, help="what was done; the one who reports reads it"
    )


async def _counts(database: Database, _settings: Settings, parsed: argparse.Namespace) -> None:
    since = parsed.since or clock.now() - LATELY
    for day, category, times in await counts.by_day(database, clock.to_ms(since)):
        told = {"day": f"{clock.from_ms(day):%Y-%m-%d}", "category": category, "count": times}
        say(msgspec.json.encode(told).decode())


async def _reports(database: Database, _settings: Settings, parsed: argparse.Namespace) -> None:
    for report in await reports.listed(database, even_closed=parsed.all):
        say(msgspec.json.encode(report).decode())


async def _close(database: Database, _settings: Settings, parsed: argparse.Namespace) -> None:
    await reports.close(database, parsed.request_id, parsed.reason)
