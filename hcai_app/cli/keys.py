"""`keys …`: create, revoke, list, set and rotate keys."""

import argparse
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from hcai_app import money
from hcai_app.cli.table import add_area, add_command, dollars, moment, say
from hcai_app.db.engine import Database
from hcai_app.services import audit
from hcai_app.services.keys import keys, rotation, rules, stored
from hcai_app.services.keys.rules import RulesChange
from hcai_app.services.limits import period
from hcai_app.settings import Settings

HOURS = int(rotation.DEFAULT_OVERLAP / timedelta(hours=1))
MAX_HOURS = int(rotation.MAX_OVERLAP / timedelta(hours=1))


def add_to(commands: Any) -> None:
    """Add the area's commands."""
    area = add_area(commands, "keys", "make, revoke, list, set and rotate keys")
    made = add_command(area, "create", "make a key, print it this once", command=_create)
    made.add_argument("--user", required=True)
    made.add_argument("--name", required=True)
    revoked = add_command(area, "revoke", "end a key at once", command=_revoke)
    revoked.add_argument("key_or_id")
    listed = add_command(area, "list", "print a user's keys, a JSON line each", command=_list)
    listed.add_argument("--user", required=True)
    _add_set(area)
    rotated = add_command(area, "rotate", "make a key's successor, print it", command=_rotate)
    rotated.add_argument("key_or_id")
    lives = f"hours that the old key lives on, 0 to {MAX_HOURS}; {HOURS} without it"
    rotated.add_argument("--overlap", type=_hours, metavar="HOURS", default=HOURS, help=lives)


def _add_set(area: Any) -> None:
    changed = add_command(area, "set", "change a key's rules, print them as JSON", command=_set)
    changed.add_argument("key_or_id")
    changed.add_argument("--name")
    ends = "when it ends, ISO 8601, else UTC; `never`"
    changed.add_argument("--expires", type=_or("never", moment), metavar="ISO", help=ends)
    own = f"a {period.INTERVAL} budget of its own; `none`"
    changed.add_argument("--budget-usd", type=_or("none", dollars), metavar="N", help=own)
    models = "the models that it may use, with commas; `any`"
    changed.add_argument("--models", type=_or("any", _models), help=models)
    switch = changed.add_mutually_exclusive_group()
    switch.add_argument("--on", dest="is_on", action="store_true", default=None)
    switch.add_argument("--off", dest="is_on", action="store_false", default=None)


async def _create(database: Database, settings: Settings, parsed: argparse.Namespace) -> None:
    issued = await keys.issue(
        database,
        parsed.user,
        parsed.name,
        secret_key=settings.secret_key.get_secret_value(),
        max_keys=settings.max_keys,
        actor=audit.COMMAND_LINE,
    )
    say(issued.secret)


async def _revoke(database: Database, settings: Settings, parsed: argparse.Namespace) -> None:
    secret_key = settings.secret_key.get_secret_value()
    await keys.revoke(database, parsed.key_or_id, secret_key=secret_key)


async def _list(database: Database, _settings: Settings, parsed: argparse.Namespace) -> None:
    for key in await stored.of_user(database, parsed.user):
        say(msgspec.json.encode(stored.described(key)).decode())


async def _set(database: Database, settings: Settings, parsed: argparse.Namespace) -> None:
    secret_key = settings.secret_key.get_secret_value()
    budget = _chosen(parsed.budget_usd)
    change = RulesChange(
        name=UNSET if parsed.name is None else parsed.name,
        ends_at=_chosen(parsed.expires),
        budget_nanousd=money.to_nanousd(budget) if budget not in (None, UNSET) else budget,
        models=_chosen(parsed.models),
        is_on=UNSET if parsed.is_on is None else parsed.is_on,
    )
    key_id = await rules.change(database, parsed.key_or_id, change, secret_key=secret_key)
    key = await stored.find(database, key_id, secret_key=secret_key)
    say(msgspec.json.format(msgspec.json.encode(stored.described(key))).decode())


async def _rotate(database: Database, settings: Settings, parsed: argparse.Namespace) -> None:
    issued = await rotation.rotate(
        database,
        parsed.key_or_id,
        timedelta(hours=parsed.overlap),
        secret_key=settings.secret_key.get_secret_value(),
        max_keys=settings.max_keys,
    )
    say(issued.secret)


def _or(word: str, parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """Return a parser of a value, or of the word that takes it away; then it is an empty tuple."""

    def read(text: str) -> Any:
        return () if text == word else parse(text)

    return read


def _chosen(value: Any) -> Any | UnsetType | None:
    """Return what an option sets: nothing when it was not given, None when it takes away."""
    return UNSET if value is None else None if value == () else value


def _models(text: str) -> tuple[str, ...]:
    """Return the ids; an empty list, as of a variable that is not set, must not allow all."""
    if (named := rules.models_from(text)) is None:
        raise argparse.ArgumentTypeError(f"{text!r} names no model; `any` allows all")
    return named


def _hours(text: str) -> float:
    try:
        hours = float(text)
    except ValueError:
        hours = -1
    if not 0 <= hours <= MAX_HOURS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of hours from 0 to {MAX_HOURS}")
    return hours
