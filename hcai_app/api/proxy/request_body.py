"""Reads a request body within the limits of one call, of its user and of the worker."""

import asyncio

from hcai_app.api.exchange import Exchange
from hcai_app.api.proxy.body_bounds import Body
from hcai_app.errors import InvalidRequest, TooSlow
from hcai_app.services.limits.body_memory import BodyMemory

# A body may pause so long in all, and earns more time, but never more than this, as it comes.
PATIENCE_S = 30.0
MIN_BYTES_PER_S = 64 * 1024


def check_declared_size(bodies: BodyMemory, exchange: Exchange) -> None:
    """Refuse a body whose Content-Length is too large.

    Raises:
        TooLarge: When Content-Length is over the limit.
    """
    declared = exchange.header(b"content-length")
    if declared is not None and declared.isdigit():
        bodies.check_size(int(declared))


async def read_body(bodies: BodyMemory, exchange: Exchange, user_id: str) -> Body:
    """Return the whole body; the caller gives its size back to the body memory at the end.

    The timeout of a client that sends nothing at all is in `edge/http_protocol`.

    Raises:
        TooLarge: When it is over the limit.
        RateLimited: When the user's own bodies take too much room.
        Unavailable: When this worker holds too many bodies already.
        InvalidRequest: When it is compressed.
        TooSlow: When it comes too slowly.
        ClientGoneError: When the client leaves.
    """
    _check_encoding(exchange)
    data, is_whole = await exchange.next_piece()
    bodies.take(user_id, 0, len(data))
    return data if is_whole else await _read_rest(bodies, exchange, user_id, data)


async def _read_rest(
    bodies: BodyMemory, exchange: Exchange, user_id: str, first: bytes
) -> bytearray:
    # One growing array: a list of pieces would cost many times their bytes when they are tiny.
    body, is_whole = bytearray(first), False
    clock = asyncio.get_running_loop().time
    deadline = clock() + PATIENCE_S
    try:
        while not is_whole:
            async with asyncio.timeout_at(deadline):
                data, is_whole = await exchange.next_piece()
            bodies.take(user_id, len(body), len(data))
            body += data
            deadline = min(clock() + PATIENCE_S, deadline + len(data) / MIN_BYTES_PER_S)
    except TimeoutError:
        bodies.give_back(user_id, len(body))
        raise TooSlow("The body came too slowly, or stopped coming: send it again.") from None
    except BaseException:
        bodies.give_back(user_id, len(body))
        raise
    return body


def _check_encoding(exchange: Exchange) -> None:
    encoding = exchange.header(b"content-encoding")
    if encoding and encoding.lower() != "identity":
        raise InvalidRequest(
            "The body is compressed, as Content-Encoding says; send it as plain JSON."
        )
