"""Declaring commands and printing: shared by the areas of the command line."""

import argparse
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

MAX_PORT = 65_535
MAX_USD = 1_000_000


class Parser(argparse.ArgumentParser):
    """A parser with one-line errors."""

    def error(self, message: str) -> NoReturn:
        """Exit with the message alone; `--help` has the rest."""
        self.exit(2, f"error: {message} (see {self.prog} --help)\n")


def port(text: str) -> int:
    """Parse a port number."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= MAX_PORT):
        raise argparse.ArgumentTypeError(f"{text!r} is no port: write 1 to {MAX_PORT}")
    return int(text)


def worker_count(text: str) -> int:
    """Parse a number of workers."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= MAX_PORT):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of workers: write 1 or more")
    return int(text)


def moment(text: str) -> datetime:
    """Parse an ISO 8601 time, in UTC unless it says otherwise."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no ISO 8601 time") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def dollars(text: str) -> Decimal:
    """Parse an amount in dollars."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or not 0 <= amount <= MAX_USD:
        raise argparse.ArgumentTypeError(f"{text!r} is no amount in dollars")
    return amount


def add_command(commands: Any, name: str, help_text: str, **runs: Any) -> argparse.ArgumentParser:
    """Add a command that runs on the database (`command=`) or without it (`offline=`).

    With `needs_schema=False` it takes the database as it finds it.
    """
    made: argparse.ArgumentParser = commands.add_parser(name, help=help_text, description=help_text)
    made.set_defaults(**{"command": None, "offline": None, "needs_schema": True, **runs})
    return made


def add_area(commands: Any, name: str, help_text: str) -> Any:
    """Add a group of commands, like `users …`."""
    area: argparse.ArgumentParser = commands.add_parser(name, help=help_text)
    return area.add_subparsers(required=True, metavar="command")


def say(text: str) -> None:
    """Print to stdout."""
    print(text)  # noqa: T201 - the command line's own voice
