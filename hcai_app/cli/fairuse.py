"""`fairuse …`: list the rules, and exempt whom they refuse by mistake."""

import argparse
from typing import Any

import msgspec

from hcai_app.cli.table import add_area, add_command, moment, say
from hcai_app.db.engine import Database
from hcai_app.services.fairuse import exemptions, rules
from hcai_app.settings import Settings


def add_to(commands: Any) -> None:
    """Add the area's commands."""
    area = add_area(commands, "fairuse", "list rules, let through whom they refuse by mistake")
    granted = add_command(area, "exempt", "exempt a user, a key or a rule", command=_exempt)
    granted.add_argument("--user")
    granted.add_argument("--key", help="the key or its id")
    granted.add_argument("--rule", help="without it: all rules")
    granted.add_argument("--until", type=moment, required=True, help="ISO 8601, else UTC")
    granted.add_argument("--reason", required=True)
    ended = add_command(area, "end", "end an exemption at once", command=_end)
    ended.add_argument("exemption")
    add_command(area, "exemptions", "print what holds, a JSON line each", command=_list)
    add_command(area, "rules", "print the rules, a JSON line each", offline=_rules)


async def _exempt(database: Database, settings: Settings, parsed: argparse.Namespace) -> None:
    made = await exemptions.grant(
        database,
        user=parsed.user,
        key=parsed.key,
        rule=parsed.rule,
        until=parsed.until,
        reason=parsed.reason,
        secret_key=settings.secret_key.get_secret_value(),
    )
    say(made)


async def _end(database: Database, _settings: Settings, parsed: argparse.Namespace) -> None:
    await exemptions.end(database, parsed.exemption)


async def _list(database: Database, _settings: Settings, _parsed: argparse.Namespace) -> None:
    for exemption in await exemptions.listed(database):
        say(msgspec.json.encode(exemption).decode())


def _rules(_settings: Settings, _parsed: argparse.Namespace) -> None:
    for rule in rules.load_own():
        shown = {"id": rule.id, "app": rule.app, "signal": rule.signal, "mode": rule.mode}
        say(msgspec.json.encode(shown | {"weight": rule.weight}).decode())
