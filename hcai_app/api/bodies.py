"""Parses the small JSON bodies that our own pages send."""

import asyncio
from typing import TypeVar

import msgspec

from hcai_app.api.exchange import Exchange
from hcai_app.api.proxy.request_body import PATIENCE_S, ClientGoneError
from hcai_app.errors import InvalidRequest, TooLarge, TooSlow

MAX_BYTES = 4_096
JSON = "application/json"
T = TypeVar("T")


async def read_json(exchange: Exchange, kind: type[T]) -> T:
    """Return the JSON body decoded as the given type.

    Raises:
        InvalidRequest: When it is no JSON, or not of that type.
        TooLarge: When it is over 4 KB.
        TooSlow: When it comes too slowly.
        ClientGoneError: When the client leaves.
    """
    require_json(exchange)
    try:
        async with asyncio.timeout(PATIENCE_S):
            body = await _read(exchange)
    except TimeoutError:
        raise TooSlow("The body came too slowly: send it again.") from None
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"The body is not what belongs here: {error}") from error


def require_json(exchange: Exchange) -> None:
    """Require a JSON content type against CSRF: cross-site forms cannot send it without CORS.

    Raises:
        InvalidRequest: When Content-Type is missing or another type.
    """
    declared = (exchange.header(b"content-type") or "").partition(";")[0].strip().lower()
    if declared != JSON:
        raise InvalidRequest(f"Send JSON, with `Content-Type: {JSON}`.")


async def _read(exchange: Exchange) -> bytes:
    body, is_whole = b"", False
    while not is_whole:
        message = await exchange.receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        body += message.get("body", b"")
        is_whole = not message.get("more_body", False)
        if len(body) > MAX_BYTES:
            raise TooLarge(f"The body is over the limit of {MAX_BYTES} bytes; send less.")
    return body
