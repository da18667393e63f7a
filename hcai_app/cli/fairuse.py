"""`fairuse …`: list the rules, exempt whom they refuse by mistake, answer appeals."""

import argparse
from datetime import timedelta
from typing import Any, get_args

import msgspec

from hcai_app import clock
from hcai_app.cli.table import add_area, add_command, moment, say
from hcai_app.db.engine import Database
from hcai_app.services.fairuse import appeals, exemptions, learned, rules, sharing, switches
from hcai_app.services.fairuse.rules import Mode
from hcai_app.settings import Settings

LATELY = timedelta(days=7)
VERDICTS = {"accept": True, "refuse": False}


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
    add_command(area, "rules", "print the rules, a JSON line each", command=_rules)
    switched = add_command(area, "switch", "switch a rule while HCAI runs", command=_switch)
    switched.add_argument("rule", help="its id, or that of something learned")
    switched.add_argument("mode", choices=[*get_args(Mode), switches.AS_FILE])
    switched.add_argument("--reason", required=True)
    appealed = add_command(
        area, "appeals", "print open appeals, a JSON line each", command=_appeals
    )
    appealed.add_argument("--all", action="store_true", help="answered ones too")
    answered = add_command(area, "answer", "answer an appeal", command=_answer)
    answered.add_argument("request_id")
    answered.add_argument("verdict", choices=list(VERDICTS))
    answered.add_argument("--reason", required=True, help="the one who appeals reads it")
    add_command(area, "learned", "print what was learned, a JSON line each", command=_learned)
    shared = add_command(area, "sharing", "print the most widely used keys", command=_sharing)
    shared.add_argument("--since", type=moment, help="ISO 8601, else UTC; a week ago without it")


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


async def _switch(database: Database, _settings: Settings, parsed: argparse.Namespace) -> None:
    await switches.switch(database, parsed.rule, parsed.mode, parsed.reason)


async def _appeals(database: Database, _settings: Settings, parsed: argparse.Namespace) -> None:
    for appeal in await appeals.listed(database, even_answered=parsed.all):
        say(msgspec.json.encode(appeal).decode())


async def _answer(database: Database, _settings: Settings, parsed: argparse.Namespace) -> None:
    verdict = VERDICTS[parsed.verdict]
    await appeals.answer(database, parsed.request_id, parsed.reason, is_accepted=verdict)


async def _learned(database: Database, _settings: Settings, _parsed: argparse.Namespace) -> None:
    for it in await learned.listed(database):
        shown = {"id": it.id, "app": it.app, "kind": it.kind, "rule": it.rule, "mode": it.mode}
        say(msgspec.json.encode(shown | {"seen": it.seen, "seen_at": it.seen_at}).decode())


async def _sharing(database: Database, _settings: Settings, parsed: argparse.Namespace) -> None:
    since = parsed.since or clock.now() - LATELY
    for it in await sharing.widest(database, clock.to_ms(since)):
        shown = {"day": f"{clock.from_ms(it.start_ms):%Y-%m-%d}", "key_id": it.key_id}
        say(msgspec.json.encode(shown | {"networks": it.networks, "hours": it.hours}).decode())


async def _rules(database: Database, _settings: Settings, _parsed: argparse.Namespace) -> None:
    modes = await switches.modes(database)
    for rule in rules.load_own():
        shown = {"id": rule.id, "app": rule.app, "signal": rule.signal}
        shown["mode"] = modes.get(rule.id, rule.mode)
        say(msgspec.json.encode(shown | {"weight": rule.weight}).decode())
