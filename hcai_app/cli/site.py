"""`site …` and `models …`: what is switched for everybody."""

import argparse
from typing import Any

from hcai_app.cli.table import add_area, add_command
from hcai_app.db.engine import Database
from hcai_app.services.ops import switches
from hcai_app.settings import Settings


def add_to(commands: Any) -> None:
    """Add the areas' commands."""
    area = add_area(commands, "site", "switch something for everybody")
    shown = "show a text over every page; an empty one ends it"
    add_command(area, "banner", shown, command=_banner).add_argument("text")
    models = add_area(commands, "models", "switch a model off and on")
    off = add_command(models, "off", "refuse calls to a model, at once", command=_off)
    off.add_argument("model")
    off.add_argument("--reason", required=True, help="whoever calls it reads this")
    add_command(models, "on", "offer a model again", command=_on).add_argument("model")


async def _banner(database: Database, _settings: Settings, parsed: argparse.Namespace) -> None:
    await switches.set_banner(database, parsed.text)


async def _off(database: Database, _settings: Settings, parsed: argparse.Namespace) -> None:
    await switches.switch_off(database, parsed.model, parsed.reason)


async def _on(database: Database, _settings: Settings, parsed: argparse.Namespace) -> None:
    await switches.switch_on(database, parsed.model)
