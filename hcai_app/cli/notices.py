"""`notices …`: what operators were told, and a try of their webhook."""

import argparse
import secrets
from typing import Any

import msgspec

from hcai_app import clock
from hcai_app.cli.table import add_area, add_command, say
from hcai_app.db.engine import Database
from hcai_app.errors import HcaiError
from hcai_app.services.notices import notices
from hcai_app.settings import Settings
from hcai_app.upstream.webhook.client import webhook_of


def add_to(commands: Any) -> None:
    """Add the area's commands."""
    area = add_area(commands, "notices", "what operators were told, and their webhook")
    listed = "print the latest notices, newest first, a JSON line each"
    add_command(area, "list", listed, command=_list)
    tried = "send a notice to HCAI_NOTICE_WEBHOOK_URL now"
    add_command(area, "test", tried, command=_test, needs_schema=False)


async def _list(database: Database, _settings: Settings, _parsed: argparse.Namespace) -> None:
    for notice in await notices.latest(database):
        say(msgspec.json.encode(notice).decode())


async def _test(_database: Database, settings: Settings, _parsed: argparse.Namespace) -> None:
    if fault := await try_webhook(settings):
        raise HcaiError(f"The webhook did not take the notice: {fault}.")


async def try_webhook(settings: Settings) -> str | None:
    """Send the webhook a notice of no importance; return what went wrong."""
    webhook = webhook_of(settings)
    if webhook is None:
        return "HCAI_NOTICE_WEBHOOK_URL is not set"
    told = {"text": "This is a test: notices arrive."}
    body = {"type": "hcai.test", "timestamp": clock.now().isoformat(), "data": told}
    try:
        now_s = clock.now_ms() // 1000
        return await webhook.post(f"ntc_{secrets.token_hex(12)}", now_s, msgspec.json.encode(body))
    finally:
        await webhook.close()
