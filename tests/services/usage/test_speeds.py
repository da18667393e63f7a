"""How fast and how reliable models are, as measured on everybody's calls."""

from typing import Any

import msgspec
import pytest

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.services.call import LedgerEntry, Outcome, Usage
from hcai_app.services.usage import speeds
from hcai_app.services.usage.speeds import MIN_CALLS, MIN_TIMED, SAMPLED_ROWS, Share
from tests.services.books import Books, entry


def stream(first_ms: int, tokens: int = 100, writing_ms: int = 1_000, **more: Any) -> LedgerEntry:
    """An answer that was streamed: after how long it began, and how long it went on."""
    given = entry(streamed=True, usage=Usage(10, tokens, 0, 0, 10 + tokens, 5), **more)
    return msgspec.structs.replace(given, first_byte_ms=first_ms, duration_ms=first_ms + writing_ms)


async def measured(database: Database, model: str = "a/b") -> speeds.Speed:
    return (await speeds.cached(database).get()).of(model)


async def test_times_are_medians_of_streams(books: Books) -> None:
    firsts = (900, 100, 300, 200, 60_000)
    await books.ledger.put([stream(first, tokens=50 + first // 100) for first in firsts])
    plain = msgspec.structs.replace(entry(), first_byte_ms=9, duration_ms=9)
    await books.ledger.put([plain, plain])
    found = await measured(books.database)
    assert (found.first_ms, found.tokens_per_s) == (300, 53.0)
    assert (await measured(books.database, "a/other")) == speeds.Speed()


async def test_few_calls_say_nothing(books: Books) -> None:
    await books.ledger.put([stream(100) for _ in range(MIN_TIMED - 1)])
    found = await measured(books.database)
    assert (found.first_ms, found.whole_ms, found.tokens_per_s) == (None, None, None)
    assert (found.week.requests, found.week.is_enough) == (MIN_TIMED - 1, False)


async def test_a_short_answer_or_a_failed_one_tells_no_pace(books: Books) -> None:
    short = [stream(100, tokens=speeds.MIN_TOKENS - 1) for _ in range(MIN_TIMED)]
    at_once = [stream(100, writing_ms=0) for _ in range(MIN_TIMED)]
    cut = [stream(9_000, outcome=Outcome.UPSTREAM_ERROR) for _ in range(3 * MIN_TIMED)]
    await books.ledger.put([*short, *at_once, *cut])
    found = await measured(books.database)
    assert (found.first_ms, found.tokens_per_s) == (100, None)


async def test_shares_count_what_the_provider_or_we_failed(books: Books) -> None:
    now = clock.now_ms()
    ends = (Outcome.UPSTREAM_ERROR, Outcome.INTERRUPTED, Outcome.CLIENT_CLOSED)
    lately = [entry(outcome=end) for end in (*ends, Outcome.REFUSED_BY_PROVIDER)]
    lately += [entry() for _ in range(MIN_CALLS)]
    days_ago = [entry(started_at_ms=now - 3 * clock.MS_PER_DAY) for _ in range(7)]
    long_ago = [entry(started_at_ms=now - 8 * clock.MS_PER_DAY) for _ in range(9)]
    await books.ledger.put([*lately, *days_ago, *long_ago])
    found = await measured(books.database)
    assert (found.day, found.week) == (Share(MIN_CALLS + 4, 2), Share(MIN_CALLS + 11, 2))
    assert found.day.is_enough


async def test_only_the_newest_calls_are_looked_at(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speeds, "SAMPLED_ROWS", MIN_TIMED)
    now = clock.now_ms()
    old = [stream(9_000, started_at_ms=now - 60_000) for _ in range(50)]
    await books.ledger.put([*old, *[stream(70) for _ in range(MIN_TIMED)]])
    assert (await measured(books.database)).first_ms == 70
    assert SAMPLED_ROWS <= 10_000
