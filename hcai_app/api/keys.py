"""`POST /api/keys` and `/api/keys/rotate`: an API key, or a key's successor, for the keys page.

A plain request rather than a Reflex event: states are stored, and must never hold a key.
"""

from datetime import timedelta

import msgspec

from hcai_app.api.bodies import read_json
from hcai_app.api.exchange import Exchange
from hcai_app.api.proxy import callers
from hcai_app.api.same_origin import require_own_page
from hcai_app.services.keys import keys, rotation
from hcai_app.services.keys.keys import IssuedKey
from hcai_app.worker.context import Worker

MAX_HOURS = 10_000  # that a timedelta is made of; `rotation` says how many are allowed


class NewKey(msgspec.Struct, frozen=True):
    """The request body."""

    name: str


class KeyRotation(msgspec.Struct, frozen=True):
    """The request body of a rotation."""

    id: str
    overlap_hours: float


async def rotate(worker: Worker, exchange: Exchange) -> None:
    """Make a key's successor; this response is the only place that shows it."""
    require_own_page(worker, exchange)
    caller = await callers.signed_in(worker, exchange)
    asked = await read_json(exchange, KeyRotation)
    issued = await rotation.rotate_own(
        worker.database,
        (caller.user_id, asked.id),
        timedelta(hours=min(max(asked.overlap_hours, -1), MAX_HOURS)),
        secret_key=worker.settings.secret_key.get_secret_value(),
        max_keys=worker.settings.max_keys,
    )
    await _show_once(exchange, issued)


async def create(worker: Worker, exchange: Exchange) -> None:
    """Issue a key for the user; this response is the only place that shows it."""
    require_own_page(worker, exchange)
    caller = await callers.signed_in(worker, exchange)
    asked = await read_json(exchange, NewKey)
    issued = await keys.issue(
        worker.database,
        caller.user_id,
        asked.name,
        secret_key=worker.settings.secret_key.get_secret_value(),
        max_keys=worker.settings.max_keys,
    )
    await _show_once(exchange, issued)


async def _show_once(exchange: Exchange, issued: IssuedKey) -> None:
    shown = {
        "id": issued.id,
        "name": issued.name,
        "preview": issued.preview,
        "key": issued.secret,
    }
    await exchange.reply_json(201, shown)
