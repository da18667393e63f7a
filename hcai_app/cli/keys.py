"""`keys …`: create, revoke and list keys."""

import argparse
from typing import Any

import msgspec

from hcai_app.cli.table import add_area, add_command, say
from hcai_app.db.engine import Database
from hcai_app.services import audit
from hcai_app.services.keys import keys
from hcai_app.settings import Settings


def add_to(commands: Any) -> None:
    """Add the area's commands."""
    area = add_area(commands, "keys", "make, revoke and list keys")
    made = add_command(area, "create", "make a key, print it this once", command=_create)
    made.add_argument("--user", required=True)
    made.add_argument("--name", required=True)
    revoked = add_command(area, "revoke", "end a key at once", command=_revoke)
    revoked.add_argument("key_or_id")
    listed = add_command(area, "list", "print a user's keys, a JSON line each", command=_list)
    listed.add_argument("--user", required=True)


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
    for key in await keys.of_user(database, parsed.user):
        say(msgspec.json.encode(key).decode())
