"""How commands are declared and how they print: shared by the areas of the command line."""

import argparse
from typing import Any


def add_command(commands: Any, name: str, help_text: str, **runs: Any) -> argparse.ArgumentParser:
    """Add a command that runs on the database (`command=`) or without it (`offline=`)."""
    made: argparse.ArgumentParser = commands.add_parser(name, help=help_text, description=help_text)
    made.set_defaults(command=runs.get("command"), offline=runs.get("offline"))
    return made


def add_area(commands: Any, name: str, help_text: str) -> Any:
    """Add a group of commands, like `users …`."""
    area: argparse.ArgumentParser = commands.add_parser(name, help=help_text)
    return area.add_subparsers(required=True, metavar="command")


def say(text: str) -> None:
    """Print to stdout."""
    print(text)  # noqa: T201 - the command line's own voice
