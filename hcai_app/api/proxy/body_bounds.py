"""Bounds on what reading a body may cost, asked before anything is built of it.

The decoder holds the interpreter while it runs, in a thread too: what it is given must be short, or
plain. Large bodies are looked at piece by piece, so that other calls have their turn in between.
"""

import asyncio
import codecs
import re
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import msgspec

from hcai_app.errors import InvalidRequest

Body = bytes | bytearray
P = ParamSpec("P")
T = TypeVar("T")
# A larger body is read in a thread.
MAX_BYTES_ON_LOOP = 128 * 1024
PIECE = 1024 * 1024
# Up to here any body is decoded within some 25 ms, however dense.
MAX_DENSE_BYTES = 4 * 1024 * 1024
# Lists, objects and values of a larger one. A text has few, a picture none.
MAX_MARKS = 5_000_000
MARKS = b",:[{"
# So few bytes cannot hold so many members that it matters.
FEW_BYTES = 32 * 1024
# No request that means something has more.
MAX_FIELDS = 1_000
# No match of what is searched for is longer.
MAX_MATCH = 256


class _Name(str):
    """A member's name, counted by the decoder."""

    __slots__ = ()


async def off_the_loop_if_large(
    body: Body, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Do what reads a body: at once, or in a thread when the body is large."""
    if len(body) <= MAX_BYTES_ON_LOOP:
        return work(*args, **kwargs)
    return await asyncio.to_thread(work, *args, **kwargs)


def check_density(body: Body) -> None:
    """Refuse a large body that is made of lists and objects rather than of texts.

    Raises:
        InvalidRequest: When it has too many parts.
    """
    if len(body) <= MAX_DENSE_BYTES:
        return
    marks = 0
    for at in range(0, len(body), PIECE):
        piece = body[at : at + PIECE]
        marks += len(piece) - len(piece.translate(None, MARKS))
        if marks > MAX_MARKS:
            raise InvalidRequest(
                f"The body has more than {MAX_MARKS:,} lists, objects and values; send less."
            )


def check_utf8(body: Body) -> None:
    """Check that a body is UTF-8, in little memory.

    Raises:
        UnicodeDecodeError: When it is not.
    """
    if body.isascii():
        return
    decoder = codecs.getincrementaldecoder("utf-8")()
    for at in range(0, len(body), PIECE):
        try:
            decoder.decode(bytes(body[at : at + PIECE]), final=at + PIECE >= len(body))
        except UnicodeDecodeError as error:
            error.start += at
            raise


def decode_counted(body: Body) -> dict[str, msgspec.Raw]:
    """Return the members of an object, their values unparsed; stop at one too many.

    Raises:
        InvalidRequest: When there are too many.
        msgspec.DecodeError: When it is no JSON object.
    """
    count = 0

    def name(_type: type[_Name], written: Any) -> _Name:
        nonlocal count
        count += 1
        if count > MAX_FIELDS:
            raise InvalidRequest(f"The body has more than {MAX_FIELDS:,} fields.")
        return _Name(written)

    fields = msgspec.json.decode(body, type=dict[_Name, msgspec.Raw], dec_hook=name)
    return {str(key): value for key, value in fields.items()}


def count(pattern: re.Pattern[bytes], data: Body) -> int:
    """Return how often a pattern is found, piece by piece; a match on a seam may count twice."""
    step = PIECE // 8
    return sum(
        sum(1 for _ in pattern.finditer(data, at, min(len(data), at + step + MAX_MATCH)))
        for at in range(0, len(data), step)
    )


def search(pattern: re.Pattern[bytes], data: Body | memoryview, start: int = 0) -> bool:
    """Return whether a pattern of short matches is found; in large data piece by piece."""
    end = len(data)
    if end <= PIECE:
        return pattern.search(data, start) is not None
    step = PIECE // 8  # the densest take 50 ns a byte
    return any(
        pattern.search(data, at, min(end, at + step + MAX_MATCH)) is not None
        for at in range(start, end, step)
    )
