"""`users …`: create, ban, unban, limit and show users."""

import argparse
from typing import Any

import msgspec
from sqlalchemy import Connection

from hcai_app import money
from hcai_app.cli.table import add_area, add_command, dollars, moment, say
from hcai_app.db.engine import Database
from hcai_app.services.limits import accounts, period
from hcai_app.services.limits.accounts import LedgerReading
from hcai_app.services.people import users, vouching
from hcai_app.services.people.users import User
from hcai_app.services.usage import totals
from hcai_app.settings import Settings


def add_to(commands: Any) -> None:
    """Add the area's commands."""
    area = add_area(commands, "users", "make, ban, limit, grant and look at users")
    made = add_command(area, "create", "make a user, print their id", command=_create)
    made.add_argument("--slack-id", required=True)
    made.add_argument("--name", required=True)
    made.add_argument("--verified", action="store_true")
    made.add_argument("--budget-usd", type=dollars)
    banned = add_command(area, "ban", "refuse everything a user asks", command=_ban)
    banned.add_argument("user")
    banned.add_argument("--reason", required=True)
    banned.add_argument("--until", type=moment, help="ISO 8601, else UTC; without it: for good")
    add_command(area, "unban", "let a user in again", command=_unban).add_argument("user")
    for name, does, command in (
        ("vouch", "let a user count as verified, whatever the provider says", _vouch),
        ("unvouch", "let what the provider says hold again", _unvouch),
    ):
        vouched = add_command(area, name, does, command=command)
        vouched.add_argument("user")
        vouched.add_argument("--reason", required=True)
    limited = add_command(area, "budget", f"set a user's {period.INTERVAL} budget", command=_budget)
    limited.add_argument("user")
    limited.add_argument("usd", type=dollars)
    granted = add_command(area, "grant", "give a larger budget for a time", command=_grant)
    granted.add_argument("user")
    granted.add_argument("usd", type=dollars, help=f"{period.INTERVAL}, in place of the usual one")
    granted.add_argument("--until", type=moment, required=True, help="ISO 8601, else UTC")
    granted.add_argument("--reason", required=True)
    add_command(area, "show", "print a user as JSON", command=_show).add_argument("user")


async def _create(database: Database, _settings: Settings, parsed: argparse.Namespace) -> None:
    limit = parsed.budget_usd
    user_id = await users.create(
        database,
        slack_id=parsed.slack_id,
        name=parsed.name,
        is_verified=parsed.verified,
        budget_nanousd=None if limit is None else money.to_nanousd(limit),
    )
    say(user_id)


async def _ban(database: Database, _settings: Settings, parsed: argparse.Namespace) -> None:
    await users.ban(database, parsed.user, parsed.reason, parsed.until)


async def _unban(database: Database, _settings: Settings, parsed: argparse.Namespace) -> None:
    await users.unban(database, parsed.user)


async def _vouch(database: Database, _settings: Settings, parsed: argparse.Namespace) -> None:
    await vouching.vouch(database, parsed.user, parsed.reason)


async def _unvouch(database: Database, _settings: Settings, parsed: argparse.Namespace) -> None:
    await vouching.take_back(database, parsed.user, parsed.reason)


async def _budget(database: Database, _settings: Settings, parsed: argparse.Namespace) -> None:
    await users.set_budget(database, parsed.user, money.to_nanousd(parsed.usd))


async def _grant(database: Database, _settings: Settings, parsed: argparse.Namespace) -> None:
    amount = money.to_nanousd(parsed.usd)
    await users.grant(database, parsed.user, amount, until=parsed.until, reason=parsed.reason)


async def _show(database: Database, settings: Settings, parsed: argparse.Namespace) -> None:
    def work(connection: Connection) -> tuple[User, LedgerReading]:
        user = users.find(connection, parsed.user)
        return user, accounts.read_account(connection, accounts.current_account(user.id))

    user, account = await database.read(work, "account")
    used = await totals.of_user(database, user.id)
    limit = user.budget_nanousd
    shown = {
        "id": user.id,
        "slack_id": user.slack_id,
        "subject": user.subject,
        "name": user.name,
        "is_verified": user.is_verified,
        "is_vouched": user.is_vouched,
        "banned_at": user.banned_at,
        "banned_until": user.banned_until,
        "ban_reason": user.ban_reason,
        "budget_usd": settings.daily_budget_usd if limit is None else money.to_usd(limit),
        "granted_usd": None if user.grant_nanousd is None else money.to_text(user.grant_nanousd),
        "granted_until": user.granted_until,
        "grant_reason": user.grant_reason,
        "spent_today_usd": money.to_text(account.spent),
        "requests": used.requests,
        "total_tokens": used.total_tokens,
        "cost_usd": money.to_text(used.cost_nanousd),
        "created_at": user.created_at,
        "deleted_at": user.deleted_at,
    }
    say(msgspec.json.format(msgspec.json.encode(shown)).decode())
