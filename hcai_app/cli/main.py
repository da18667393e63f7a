"""The table of commands, and the one place that prints their errors."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable

from hcai_app.cli import (
    admin,
    audit,
    budget,
    fairuse,
    keys,
    ledger,
    notices,
    safety,
    site,
    usage,
    users,
)
from hcai_app.cli.table import Parser
from hcai_app.db import faults, schema
from hcai_app.db.engine import Database
from hcai_app.errors import HcaiError
from hcai_app.settings import Settings, SettingsError, load_settings

Command = Callable[[Database, Settings, argparse.Namespace], Awaitable[int | None]]


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit code."""
    parsed = parser().parse_args(arguments)
    try:
        settings = load_settings()
        if parsed.offline is not None:
            return parsed.offline(settings, parsed) or 0
        return asyncio.run(_run(parsed.command, settings, parsed)) or 0
    except SettingsError as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        return 0 if parsed.offline is not None else 130  # a server ends as it should
    except BrokenPipeError:
        return 0  # broken pipe: the reader has closed
    except HcaiError as error:
        return _fail(error.message)
    except OSError as error:
        if error.filename is None:
            raise
        return _fail(f"{error.filename} cannot be used: {error.strerror}")


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    root = Parser(prog="python -m hcai_app", description="Run and tend HCAI.")
    commands = root.add_subparsers(required=True, metavar="command")
    for area in (admin, users, keys, fairuse, safety, budget, ledger, notices, usage, site, audit):
        area.add_to(commands)
    return root


async def _run(command: Command, settings: Settings, parsed: argparse.Namespace) -> int | None:
    database = Database(settings.database_url)
    try:
        with faults.explained(database):
            await _prepare(database, settings, parsed)
            return await command(database, settings, parsed)
    finally:
        await database.close()


async def _prepare(database: Database, settings: Settings, parsed: argparse.Namespace) -> None:
    if not parsed.needs_schema:
        return
    if settings.is_production:
        await schema.require_current(database)
    elif not await schema.is_current(database):  # as the server does at its start in development
        from hcai_app.db import migrate  # noqa: PLC0415 - Alembic, for once

        await migrate.upgrade(database)


def _fail(message: str) -> int:
    print(f"error: {message}", file=sys.stderr)  # noqa: T201 - the command line's own voice
    return 1
