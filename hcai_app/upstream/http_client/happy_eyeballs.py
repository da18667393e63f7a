"""Connects to the first of several addresses that answers ("happy eyeballs", RFC 8305)."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from itertools import chain, zip_longest
from typing import Any, TypeVar

# How long an address is given before the next one is tried beside it, in seconds.
STAGGER_S = 0.25

T = TypeVar("T")
Info = tuple[int, int, int, str, Any]  # as `getaddrinfo` has it


def interleaved(found: Sequence[Info]) -> list[str]:
    """Return the addresses in their order, those of IPv6 and of IPv4 in turn."""
    first = [info[4][0] for info in found if info[0] == found[0][0]]
    others = [info[4][0] for info in found if info[0] != found[0][0]]
    mixed = chain.from_iterable(zip_longest(first, others))
    return list(dict.fromkeys(address for address in mixed if address is not None))


async def first_of(
    addresses: Sequence[str], connect: Callable[[str], Awaitable[T]], drop: Callable[[T], None]
) -> T:
    """Connect to the addresses one after another, without waiting long for any of them.

    A second connection that comes about in the same moment is dropped.

    Raises:
        OSError: When none answers.
    """
    if len(addresses) == 1:
        return await connect(addresses[0])
    waiting = list(addresses)
    running: set[asyncio.Future[T]] = set()
    failure = OSError("there is no address")
    try:
        while waiting or running:
            if waiting:
                running.add(asyncio.ensure_future(connect(waiting.pop(0))))
            patience_s = STAGGER_S if waiting else None
            done, running = await asyncio.wait(
                running, timeout=patience_s, return_when=asyncio.FIRST_COMPLETED
            )
            made = [one.result() for one in done if one.exception() is None]
            for extra in made[1:]:
                drop(extra)
            if made:
                return made[0]
            failure = next((one.exception() for one in done), None) or failure
    finally:
        for one in running:
            one.cancel()
    raise failure
