"""Reads a request body within the limits of one call and of the worker."""

from hcai_app.api.exchange import Exchange
from hcai_app.errors import InvalidRequest
from hcai_app.services.limits.body_memory import BodyMemory


class ClientGoneError(Exception):
    """The client has disconnected; no response can be sent."""


def check_declared_size(bodies: BodyMemory, exchange: Exchange) -> None:
    """Refuse a body whose Content-Length is too large.

    Raises:
        TooLarge: When Content-Length is over the limit.
    """
    declared = exchange.header(b"content-length")
    if declared is not None and declared.isdigit():
        bodies.check_size(int(declared))


async def read_body(bodies: BodyMemory, exchange: Exchange) -> bytes:
    """Return the whole body; the caller releases its size from the body memory at the end.

    The timeout of a silent client is in `edge/http_protocol`.

    Raises:
        TooLarge: When it is over the limit.
        Unavailable: When this worker holds too many bodies already.
        InvalidRequest: When it is compressed.
        ClientGoneError: When the client leaves.
    """
    _check_encoding(exchange)
    pieces: list[bytes] = []
    size, is_whole = 0, False
    try:
        while not is_whole:
            data, is_whole = await _next_piece(exchange)
            bodies.check_size(size + len(data))
            bodies.take(len(data))
            size += len(data)
            pieces.append(data)
    except BaseException:
        bodies.give_back(size)
        raise
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _check_encoding(exchange: Exchange) -> None:
    encoding = exchange.header(b"content-encoding")
    if encoding and encoding.lower() != "identity":
        raise InvalidRequest(
            "The body is compressed, as Content-Encoding says; send it as plain JSON."
        )


async def _next_piece(exchange: Exchange) -> tuple[bytes, bool]:
    """Return the next chunk, and whether it is the last."""
    message = await exchange.receive()
    if message["type"] == "http.disconnect":
        raise ClientGoneError
    return message.get("body", b""), not message.get("more_body", False)
