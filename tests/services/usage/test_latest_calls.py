"""The latest calls of everybody: what they tell, and what they keep to themselves."""

from hcai_app import clock
from hcai_app.services.call import Outcome
from hcai_app.services.usage import latest_calls
from hcai_app.services.usage.latest_calls import PublicCall
from tests.services.books import Books, entry


async def test_the_newest_answered_calls_come_first(books: Books) -> None:
    now = clock.now_ms()
    calls = [entry(user_id=f"u{n}", started_at_ms=now - n * 1_000) for n in range(20)]
    failed = entry(started_at_ms=now, outcome=Outcome.UPSTREAM_ERROR)
    old = entry(started_at_ms=now - 25 * clock.MS_PER_HOUR)
    await books.ledger.put([*calls, failed, old])
    found = await latest_calls.cached(books.database).get()
    assert found == tuple(PublicCall(now - n * 1_000, "a/b", 30) for n in range(latest_calls.CALLS))


async def test_what_is_older_than_a_day_is_no_news(books: Books) -> None:
    await books.ledger.put([entry(started_at_ms=clock.now_ms() - 25 * clock.MS_PER_HOUR)])
    assert await latest_calls.cached(books.database).get() == ()
