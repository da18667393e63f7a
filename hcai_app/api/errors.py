"""Encodes errors for the wire: the only place that knows their shape."""

from typing import Any

import msgspec

from hcai_app.api.exchange import JSON_TYPE, Exchange
from hcai_app.errors import FairUseRefused, HcaiError, SafetyRefused, UpstreamFailed
from hcai_app.services.safety.verdicts import HELP
from hcai_app.upstream.error_bodies import anthropic_error

# Where the docs tell more about a refusal, by its status.
CODES = "errors-what-each-code-means"
FAIR_USE = "rules-what-is-refused"
APPEAL = "rules-refused-by-mistake"
ANCHORS = {
    401: "authentication-send-your-key",
    402: "limits-and-budgets",
    404: "errors-wrong-addresses",
    429: "limits-and-budgets",
    **dict.fromkeys((400, 403, 405, 413), CODES),
}


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
    if error.code in ANCHORS and not isinstance(error, UpstreamFailed):
        page = f"{exchange.origin}/docs#{ANCHORS[error.code]}"
        told["metadata"] = {"help_url": page, **(error.metadata or {})}
    if isinstance(error, FairUseRefused):
        told["metadata"] |= {
            "appeal_url": f"{exchange.origin}/docs#{APPEAL}",
            "help_url": f"{exchange.origin}/docs#{FAIR_USE}",
        }
    if isinstance(error, SafetyRefused):
        told["metadata"] |= {"help_url": f"{exchange.origin}{HELP}"}
    if not exchange.is_anthropic:
        return msgspec.json.encode({"error": told})
    told = anthropic_error(told, exchange.request_id)
    if isinstance(error, FairUseRefused | SafetyRefused):
        told["error"]["type"] = error.type
    return msgspec.json.encode(told)


async def reply(exchange: Exchange, error: HcaiError) -> None:
    """Send an error as the complete response."""
    headers = [(name.lower().encode(), value.encode()) for name, value in error.headers.items()]
    await exchange.reply(error.code, body_for(exchange, error), JSON_TYPE, *headers)
