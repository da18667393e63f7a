"""The cache that renews itself, as each of its users wants it."""

import asyncio

import pytest

from hcai_app.errors import Unavailable, UpstreamFailed
from hcai_app.refreshed import Refreshed, Stale


class Source:
    """What is cached: the number of the fetch."""

    def __init__(self) -> None:
        self.fetches = 0
        self.error: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self) -> int:
        self.fetches += 1
        number = self.fetches
        await self.gate.wait()
        if self.error:
            raise self.error
        return number


async def test_a_value_that_is_never_stale_is_fetched_for_each_question() -> None:
    source = Source()
    cached = Refreshed("number", source, fresh_s=0, stale=Stale.NEVER)
    assert [await cached.get() for _ in range(3)] == [1, 2, 3]
    source.error = UpstreamFailed("down")
    assert await cached.find() is None
    with pytest.raises(Unavailable, match="number is not there yet"):
        await cached.get()


async def test_a_fetch_that_says_itself_what_is_away_is_quoted() -> None:
    source = Source()
    source.error = Unavailable("The database is away.")
    with pytest.raises(Unavailable, match="database is away"):
        await Refreshed("number", source, fresh_s=60).get()


async def test_an_old_value_serves_once_a_newer_one_cannot_be_had() -> None:
    source = Source()
    cached = Refreshed("number", source, fresh_s=0, stale=Stale.ON_FAILURE)
    assert [await cached.get() for _ in range(2)] == [1, 2]
    source.error = UpstreamFailed("down")
    assert await cached.get() == 2
    assert await cached.renew() is None
    assert await cached.get() == 2


async def test_a_fresh_value_is_renewed_on_demand() -> None:
    cached = Refreshed("number", Source(), fresh_s=60)
    assert (await cached.get(), await cached.renew(), await cached.get()) == (1, 2, 2)


async def test_nobody_waits_beyond_the_patience_and_one_fetch_goes_on() -> None:
    source = Source()
    source.gate.clear()
    cached = Refreshed("number", source, fresh_s=0, patience_s=0.01, stale=Stale.NEVER)
    assert await asyncio.gather(*(cached.find() for _ in range(20))) == [None] * 20
    assert await cached.find() is None
    assert source.fetches == 1
    source.gate.set()
    assert await cached.find() == 1
