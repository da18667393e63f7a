"""`python -m tests.benchmarks.windows`: what a hit of a rate limit costs, ours and the library's.

The figures of docs/decisions/0003-moving-window.md come from here.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

from limits import parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from hcai_app.services.limits.windows import Windows

USERS = 500
HITS = 20_000
# More than anyone's share of the hits: every one passes, as nearly all do in life.
LIMIT = parse(f"{HITS}/30 minutes")


async def main() -> None:
    """Measure both, and print the processor's microseconds for a hit."""
    windows = Windows(LIMIT.amount, LIMIT.get_expiry())
    library = MovingWindowRateLimiter(MemoryStorage())

    async def nothing(_user: str) -> None:
        pass

    async def ours(user: str) -> None:
        windows.hit(user)

    async def theirs(user: str) -> None:
        await library.hit(LIMIT, "chat", user)

    async def theirs_with_standing(user: str) -> None:
        await library.hit(LIMIT, "chat", user)
        await library.get_window_stats(LIMIT, "chat", user)

    turn = await _microseconds(nothing)
    for name, hit in (
        ("ours", ours),
        ("limits, the hit alone", theirs),
        ("limits, with what is left", theirs_with_standing),
    ):
        print(f"{name:26} {await _microseconds(hit) - turn:8.2f} µs a hit")


async def _microseconds(hit: Callable[[str], Awaitable[None]]) -> float:
    users = [f"usr_{number}" for number in range(USERS)]
    began = time.process_time()
    for number in range(HITS):
        await hit(users[number % USERS])
        await asyncio.sleep(0)  # as between two calls: the library sweeps while others have a turn
    return (time.process_time() - began) / HITS * 1e6


if __name__ == "__main__":
    asyncio.run(main())
