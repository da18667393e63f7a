"""`POST /api/keys`: creates an API key for the keys page.

A plain request rather than a Reflex event: states are stored, and must never hold a key.
"""

import msgspec

from hcai_app.api.bodies import read_json
from hcai_app.api.exchange import Exchange
from hcai_app.api.proxy import callers
from hcai_app.api.same_origin import require_own_page
from hcai_app.services.keys import keys
from hcai_app.worker.context import Worker


class NewKey(msgspec.Struct, frozen=True):
    """The request body."""

    name: str


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
    shown = {
        "id": issued.id,
        "name": issued.name,
        "preview": issued.preview,
        "key": issued.secret,
    }
    await exchange.reply_json(201, shown)
