"""Parses the small bodies, JSON and forms, that our own pages send."""

import asyncio
from typing import TypeVar
from urllib.parse import parse_qsl

import msgspec

from hcai_app.api.exchange import Exchange
from hcai_app.api.proxy.request_body import PATIENCE_S
from hcai_app.errors import InvalidRequest, TooLarge, TooSlow

MAX_BYTES = 4_096
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
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
    body = await read_in_time(exchange)
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"The body is not what belongs here: {error}") from error


async def read_form(exchange: Exchange) -> dict[str, str]:
    """Return the fields of a form; of two of one name the last.

    Raises:
        InvalidRequest: When it is no form.
        TooLarge: When it is over 4 KB.
        TooSlow: When it comes too slowly.
        ClientGoneError: When the client leaves.
    """
    if _declared(exchange) != FORM:
        raise InvalidRequest(f"Send a form, with `Content-Type: {FORM}`.")
    body = await read_in_time(exchange)
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, errors="strict"))
    except ValueError as error:
        raise InvalidRequest("The form is not in UTF-8.") from error


def require_json(exchange: Exchange) -> None:
    """Require a JSON content type against CSRF: cross-site forms cannot send it without CORS.

    Raises:
        InvalidRequest: When Content-Type is missing or another type.
    """
    if _declared(exchange) != JSON:
        raise InvalidRequest(f"Send JSON, with `Content-Type: {JSON}`.")


def _declared(exchange: Exchange) -> str:
    return (exchange.header(b"content-type") or "").partition(";")[0].strip().lower()


async def read_in_time(exchange: Exchange, most: int = MAX_BYTES) -> bytes:
    """Return a body as it came.

    Raises:
        TooLarge: When it is over so many bytes.
        TooSlow: When it comes too slowly.
        ClientGoneError: When the client leaves.
    """
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await _read(exchange, most)
    except TimeoutError:
        raise TooSlow("The body came too slowly: send it again.") from None


async def _read(exchange: Exchange, most: int) -> bytes:
    body, is_whole = bytearray(), False
    while not is_whole:
        data, is_whole = await exchange.next_piece()
        body += data
        if len(body) > most:
            raise TooLarge(f"The body is over the limit of {most} bytes; send less.")
    return bytes(body)
