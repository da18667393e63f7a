"""How an error looks on the wire: the only place that knows that shape (contract 3)."""

from typing import Any

import msgspec

from hcai_app.api.exchange import JSON_TYPE, Exchange
from hcai_app.errors import HcaiError


def error_object(error: HcaiError) -> dict[str, Any]:
    """Return the `error` member that every official client understands."""
    return {
        "code": error.code,
        "message": error.message,
        "type": error.type,
        "param": error.param,
        "metadata": error.metadata,
    }


def error_body(error: HcaiError) -> bytes:
    """Return the JSON of an error answer."""
    return msgspec.json.encode({"error": error_object(error)})


async def reply(exchange: Exchange, error: HcaiError) -> None:
    """Send an error as the whole answer."""
    headers = [(name.lower().encode(), value.encode()) for name, value in error.headers.items()]
    await exchange.reply(error.code, error_body(error), JSON_TYPE, *headers)
