"""Encodes errors for the wire: the only place that knows their shape."""

from typing import Any

import msgspec

from hcai_app.api.exchange import JSON_TYPE, Exchange
from hcai_app.errors import (
    FairUseRefused,
    HcaiError,
    SafetyRefused,
    UpstreamFailed,
    docs_place,
)
from hcai_app.services.safety.verdicts import HELP
from hcai_app.upstream.error_bodies import anthropic_error

WHY = "/why/"


def error_object(error: HcaiError) -> dict[str, Any]:
    """Return the `error` member that every official client understands."""
    return {
        "code": error.code,
        "message": error.message,
        "type": error.type,
        "param": error.param,
        "metadata": error.metadata,
    }


def body_for(exchange: Exchange, error: HcaiError) -> bytes:
    """Return the JSON of an error answer, in the envelope that the path's clients expect."""
    told = error_object(error)
    if page := _help(exchange, error):
        told["metadata"] = {"help_url": page, **(error.metadata or {})}
    if isinstance(error, FairUseRefused):
        told["metadata"] |= {"appeal_url": f"{exchange.origin}{WHY}{exchange.request_id}"}
    if not exchange.is_anthropic:
        return msgspec.json.encode({"error": told})
    told = anthropic_error(told, exchange.request_id)
    if isinstance(error, FairUseRefused | SafetyRefused):
        told["error"]["type"] = error.type
    return msgspec.json.encode(told)


def body_of_no_request(origin: str, error: HcaiError) -> bytes:
    """Return the JSON of an error answer to bytes that are no request, or not yet one."""
    told = error_object(error)
    if place := _docs(origin, error):
        told["metadata"] = {"help_url": place, **(error.metadata or {})}
    return msgspec.json.encode({"error": told})


def _help(exchange: Exchange, error: HcaiError) -> str | None:
    """Return the page about an error: that of the call itself where its caller can see one."""
    if isinstance(error, SafetyRefused):
        return f"{exchange.origin}{HELP}"
    if exchange.caller is not None and exchange.method == "POST":
        return f"{exchange.origin}{WHY}{exchange.request_id}"
    return None if isinstance(error, UpstreamFailed) else _docs(exchange.origin, error)


def _docs(origin: str, error: HcaiError) -> str | None:
    place = docs_place(error.code, error.type)
    return place and f"{origin}/docs#{place}"


async def reply(exchange: Exchange, error: HcaiError) -> None:
    """Send an error as the complete response."""
    headers = [(name.lower().encode(), value.encode()) for name, value in error.headers.items()]
    await exchange.reply(error.code, body_for(exchange, error), JSON_TYPE, *headers)
