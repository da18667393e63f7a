"""`budget …`: what the money gate thinks of a user, or of all, beside what the ledger says."""

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from sqlalchemy import Connection

from hcai_app import clock, money
from hcai_app.cli.table import add_area, add_command, say
from hcai_app.db.engine import Database
from hcai_app.errors import HcaiError
from hcai_app.services import audit, changes
from hcai_app.services.audit import Act
from hcai_app.services.limits.accounts import (
    EVERYBODY,
    AccountId,
    Gate,
    LedgerReading,
    current_account,
    current_accounts,
    read_or_unavailable,
)
from hcai_app.services.limits.shared_budget import SharedBudget
from hcai_app.services.people import users
from hcai_app.services.redis_client import Away, RedisClient
from hcai_app.services.usage import forecast
from hcai_app.settings import Settings

IN_MEMORY = "in the memory of the one worker: hcai_budget_drift_usd in /metrics compares it"
UNREAD = "nothing yet: the next call reads the ledger"


def add_to(commands: Any) -> None:
    """Add the area's commands."""
    area = add_area(commands, "budget", "look at the money gate, and mend it")
    shown = "print what the gate thinks beside what the ledger says, as JSON"
    add_command(area, "show", shown, command=_show).add_argument("user")
    totals = (
        "print what all users have spent: today and of the brake, this month, by maker, as JSON"
    )
    add_command(area, "total", totals, command=_total)
    rebuilt = "have the gate read a user's budget, and their keys', from the ledger again"
    add_command(area, "rebuild", rebuilt, command=_rebuild).add_argument("user")


async def _show(database: Database, settings: Settings, parsed: argparse.Namespace) -> None:
    user = await database.read(lambda it: users.find(it, parsed.user), "account")
    name, limit = current_account(user.id), user.budget_nanousd
    gate, known = await _gate(database, settings, name)
    found = await read_or_unavailable(database, name)
    if gate is None and known == UNREAD:
        gate = Gate(found.spent, 0, sum(found.unsettled.values()))
    shown = {
        "id": user.id,
        "slack_id": user.slack_id,
        "budget_usd": settings.daily_budget_usd if limit is None else money.to_usd(limit),
        "resets_at": clock.from_ms(name.period.end_ms),
        "gate": gate and _gate_shown(gate),
        "gate_knows": known,
        "ledger": _ledger_shown(found),
        "drift_usd": gate and money.to_text(gate.spent + gate.certain - found.spent),
    }
    say(msgspec.json.format(msgspec.json.encode(shown)).decode())


async def _total(database: Database, settings: Settings, _parsed: argparse.Namespace) -> None:
    name, brake = current_account(EVERYBODY), settings.total_daily_budget_usd
    limit = None if brake is None else money.to_nanousd(brake)
    gate, known = (None, "nothing: HCAI_TOTAL_DAILY_BUDGET_USD is unset")
    if brake is not None:
        gate, known = await _gate(database, settings, name)
    found = await read_or_unavailable(database, name)
    month = await forecast.read(database, limit)
    shown = {
        "brake_usd": brake,
        "resets_at": clock.from_ms(name.period.end_ms),
        "gate": gate and _gate_shown(gate),
        "gate_knows": known,
        "ledger": _ledger_shown(found),
        "month": {
            "spent_usd": money.to_text(month.month),
            "daily_mean_usd": money.to_text(month.daily_mean),
            "forecast_usd": money.to_text(month.forecast),
            "makers_usd": {maker: money.to_text(cost) for maker, cost in month.makers},
        },
    }
    say(msgspec.json.format(msgspec.json.encode(shown)).decode())


async def _rebuild(database: Database, settings: Settings, parsed: argparse.Namespace) -> None:
    user = await database.read(lambda it: users.find(it, parsed.user), "account")
    act = Act("budget.rebuild", audit.COMMAND_LINE, user.id)
    if settings.redis_url is None:
        await database.write(lambda it: _tell(it, act), "account")
        return
    await audit.write(database, act)
    names = await database.read(lambda it: current_accounts(it, user.id), "budget")
    if settings.total_daily_budget_usd is not None:
        names.append(current_account(EVERYBODY))
    async with _shared(database, settings) as budget:
        try:
            for name in names:
                await budget.read_again(name)
        except Away as error:
            raise HcaiError(
                f"Redis does not answer ({error}): check REDIS_URL. When it is back, what was in "
                "use is read again by itself."
            ) from error


def _tell(connection: Connection, act: Act) -> None:
    for user_id in (act.user_id or "", EVERYBODY):
        changes.append(connection, user_id)
    audit.append(connection, act)


async def _gate(database: Database, settings: Settings, name: AccountId) -> tuple[Gate | None, str]:
    """Return what the gate thinks, and since when, or why nobody can say."""
    if settings.redis_url is None:
        return None, IN_MEMORY
    async with _shared(database, settings) as budget:
        try:
            gate = await budget.gate(name)
        except Away as error:
            return None, f"nothing: Redis does not answer ({error}), each worker has a share"
    if gate is None:
        return None, UNREAD
    return gate, f"what it read of the ledger {gate.age_s or 0:.0f} s ago, and what came since"


@asynccontextmanager
async def _shared(database: Database, settings: Settings) -> AsyncIterator[SharedBudget]:
    redis = RedisClient(settings.redis_url or "")
    try:
        yield SharedBudget(database, money.to_nanousd(settings.daily_budget_usd), redis)
    finally:
        await redis.close()


def _gate_shown(gate: Gate) -> dict[str, Any]:
    return {
        "spent_usd": money.to_text(gate.spent + gate.certain),
        "reserved_usd": money.to_text(gate.reserved),
    }


def _ledger_shown(found: LedgerReading) -> dict[str, Any]:
    return {
        "spent_usd": money.to_text(found.spent),
        "reserved_usd": money.to_text(sum(found.unsettled.values())),
    }
