"""What a filter's calls add up to: the same as its rows, one by one."""

import pytest

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.errors import InvalidRequest
from hcai_app.services.call import new_id
from hcai_app.services.ledger.refusals import Refusals
from hcai_app.services.usage import sums
from hcai_app.services.usage.filters import PLAYGROUND, Filter
from hcai_app.services.usage.sums import FilterSums
from tests.services.books import Books, caller_of
from tests.services.usage.test_activity import FILTERS, made_calls


async def added(database: Database, wanted: Filter) -> FilterSums:
    return await database.read(lambda it: sums.read(it, "usr_1", wanted), "sums")


@pytest.mark.parametrize("name", [name for name in FILTERS if not name.startswith("model, key")])
async def test_the_sums_are_those_of_the_rows(books: Books, name: str) -> None:
    wanted, fits = FILTERS[name]
    calls = made_calls(300)
    await books.ledger.put([*calls, *made_calls(40, "usr_2")])
    right = [call for call in calls if fits(call)]
    found = await added(books.database, wanted)
    assert found == FilterSums(
        len(right),
        sum(call.total_tokens for call in right),
        sum(call.cost_nanousd for call in right),
    )


async def test_what_is_counted_in_the_ledger_is_bounded(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sums, "SCANNED_ROWS", 100)
    await books.ledger.put(made_calls(300))
    found = await added(books.database, FILTERS["completed"][0])
    assert found.is_partial
    assert 0 < found.requests <= 100
    assert (await added(books.database, Filter())).requests == 300


async def test_refused_calls_are_counted_beside_the_calls(database: Database) -> None:
    refusals, now = Refusals(database), clock.now_ms()
    for model, key_id in (("a/b", "key_1"), ("a/c", "key_1"), ("a/b", "key_2")):
        caller = caller_of("usr_1", key_id=key_id)
        refusals.note(new_id(now), caller, "/chat/completions", model, InvalidRequest("No."))
    refusals.note(new_id(now), caller_of("usr_2"), "/chat/completions", None, InvalidRequest("No."))
    await refusals.flush()
    for wanted, count in (
        (Filter(), 3),
        (Filter(is_refused=True), 3),
        (Filter(model="a/b"), 2),
        (Filter(key="key_2"), 1),
        (Filter(key=PLAYGROUND), 0),
        (Filter(from_ms=now + 60_000), 0),
    ):
        assert (await added(database, wanted)) == FilterSums(refused=count), wanted
