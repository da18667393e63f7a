"""A user's own calls: every one of them once, nobody else's, whatever is asked for."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.errors import NotFound, Unavailable
from hcai_app.services.call import Caller, LedgerEntry, Outcome
from hcai_app.services.keys import keys
from hcai_app.services.usage import activity, filter_options
from hcai_app.services.usage.activity import ActivityPage
from hcai_app.services.usage.filters import PLAYGROUND, Filter
from tests.services.books import Books, entry

START = clock.floor_ms(1_760_000_000_000, clock.MS_PER_DAY)
ALL = Filter()
FILTERS: dict[str, tuple[Filter, Callable[[LedgerEntry], bool]]] = {
    "all": (ALL, lambda _: True),
    "model": (Filter(model="m/rare"), lambda row: row.model == "m/rare"),
    "key": (Filter(key="key_2"), lambda row: row.key_id == "key_2"),
    "playground": (Filter(key=PLAYGROUND), lambda row: row.key_id is None),
    **{
        outcome.value: (Filter(outcome=outcome), lambda row, it=outcome: row.outcome == it.value)
        for outcome in Outcome
    },
    "days": (
        Filter(from_ms=START + clock.MS_PER_DAY, until_ms=START + 2 * clock.MS_PER_DAY),
        lambda row: 0 <= row.started_at_ms - START - clock.MS_PER_DAY < clock.MS_PER_DAY,
    ),
    "model, key, outcome and days": (
        Filter("m/rare", "key_1", Outcome.COMPLETED, START + 1, START + clock.MS_PER_DAY + 7),
        lambda row: (
            (row.model, row.key_id, row.outcome) == ("m/rare", "key_1", "completed")
            and START < row.started_at_ms < START + clock.MS_PER_DAY + 7
        ),
    ),
    "somebody else's key": (Filter(key="key_of_other"), lambda _: False),
    "a model that nobody used": (Filter(model="m/none"), lambda _: False),
}


def made_calls(number: int, user_id: str = "usr_1") -> list[LedgerEntry]:
    """Calls over five days, with busy hours and gaps between them."""
    dice = random.Random(number)
    return [
        entry(
            user_id=user_id,
            started_at_ms=START + dice.choice((1, 2, 30, 60, 61, 119)) * clock.MS_PER_HOUR + n,
            key_id=dice.choice(("key_1", "key_2", None)) if user_id == "usr_1" else "key_of_other",
            model="m/rare" if dice.random() < 0.05 else "m/often",
            outcome=dice.choices(list(Outcome), (80, 5, 5, 5, 5))[0],
        )
        for n in range(number)
    ]


async def write(books: Books, calls: list[LedgerEntry]) -> None:
    for at in range(0, len(calls), 500):
        await books.ledger.put(calls[at : at + 500])


async def pages(database: Database, wanted: Filter, size: int = 50) -> list[ActivityPage]:
    found = [await activity.page(database, "usr_1", wanted, None, size)]
    while found[-1].older:
        found.append(await activity.page(database, "usr_1", wanted, found[-1].older, size))
        assert len(found) < 1_000
    return found


def ids(found: list[ActivityPage]) -> list[str]:
    return [row.id for each in found for row in each.calls]


def expected(calls: list[LedgerEntry], is_wanted: Callable[[LedgerEntry], bool]) -> list[str]:
    return sorted((row.id for row in calls if is_wanted(row)), reverse=True)


async def test_every_filter_gives_its_calls_once_newest_first(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = made_calls(900)
    await write(books, mine + made_calls(400, "usr_2"))
    for limits in ({}, {"SCANNED_ROWS": 60}, {"SCANNED_SPANS": 1}, {"SCANNED_HOURS": 7}):
        for name, value in limits.items():
            monkeypatch.setattr(activity, name, value)
        for name, (wanted, is_wanted) in FILTERS.items():
            right = expected(mine, is_wanted)
            assert ids(await pages(books.database, wanted)) == right, (name, limits)
            pieces = [piece async for piece in activity.every(books.database, "usr_1", wanted)]
            assert [row.id for piece in pieces for row in piece] == right, (name, limits)


async def test_pages_have_neither_gaps_nor_doubles_while_calls_come_in(books: Books) -> None:
    old = made_calls(300)
    await write(books, old)
    found = [await activity.page(books.database, "usr_1", ALL, None, 20)]
    later = START + 200 * clock.MS_PER_HOUR
    while found[-1].older:
        await write(books, [entry(started_at_ms=later + len(found))])
        found.append(await activity.page(books.database, "usr_1", ALL, found[-1].older, 20))
    assert ids(found) == expected(old, lambda _: True)
    newest = await activity.page(books.database, "usr_1", ALL, None, 20)
    assert newest.calls[0].started_at_ms > later


async def test_a_page_looks_at_so_many_rows_at_most_and_says_how_far(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    often = [entry(started_at_ms=START + n, model="m/often") for n in range(1, 480)]
    first = entry(started_at_ms=START, model="m/rare")
    await write(books, [first, *often])
    monkeypatch.setattr(activity, "SCANNED_ROWS", 100)
    wanted = Filter(model="m/rare")
    found = await activity.page(books.database, "usr_1", wanted)
    assert (found.calls, found.searched_to_ms) == ([], START + 380)
    whole = await pages(books.database, wanted)
    assert (len(whole), ids(whole)) == (5, [first.id])
    assert (whole[-1].searched_to_ms, whole[-1].older) == (None, None)


async def test_hours_without_a_wanted_call_are_not_looked_at(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    hour = clock.MS_PER_HOUR
    often = [entry(started_at_ms=START + hour * (1 + n // 50) + n) for n in range(500)]
    failed = entry(started_at_ms=START, outcome=Outcome.UPSTREAM_ERROR, model="m/rare")
    await write(books, [failed, *often])
    monkeypatch.setattr(activity, "SCANNED_ROWS", 10)
    for wanted in (Filter(model="m/rare"), Filter(outcome=Outcome.UPSTREAM_ERROR)):
        found = await activity.page(books.database, "usr_1", wanted, None, 5)
        assert ([row.id for row in found.calls], found.older) == ([failed.id], None)


async def test_a_call_is_shown_to_its_owner_only(books: Books) -> None:
    mine, others = entry(user_id="usr_1"), entry(user_id="usr_2")
    await write(books, [mine, others])
    shown = await activity.one(books.database, "usr_1", mine.id)
    assert shown.generation_id == "gen-1"
    for call_id in (others.id, "", mine.id[:-1], "%", "' OR 1=1 --"):
        with pytest.raises(NotFound):
            await activity.one(books.database, "usr_1", call_id)


async def test_a_cursor_of_another_user_opens_nothing(books: Books) -> None:
    mine = [entry(started_at_ms=START + n) for n in range(5)]
    others = [entry(user_id="usr_2", started_at_ms=START + n) for n in range(5)]
    await write(books, mine + others)
    found = await activity.page(books.database, "usr_1", ALL, others[3].id)
    assert {row.user_id for row in found.calls} == {"usr_1"}


async def test_choices_are_the_users_own_models_and_keys(books: Books, caller: Caller) -> None:
    secret: dict[str, Any] = {"secret_key": "s" * 32, "max_keys": 5}
    old = await keys.issue(books.database, "U1", "old", **secret)
    new = await keys.issue(books.database, "U1", "new", **secret)
    await keys.revoke(books.database, old.id, secret_key="s" * 32)
    me = caller.user_id
    mine = [entry(user_id=me, model=name, started_at_ms=START) for name in ("m/b", "m/a", "m/b")]
    await write(books, [*mine, entry(user_id="usr_2", model="m/c")])
    offered = await filter_options.of_user(books.database, me)
    assert offered.models == ["m/a", "m/b"]
    assert [(key.id, key.name, key.is_revoked) for key in offered.keys] == [
        (new.id, "new", False),
        (old.id, "old", True),
    ]
    assert await filter_options.of_user(books.database, "usr_3") == replace(
        offered, models=[], keys=[]
    )


async def test_a_database_that_is_away_is_503() -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/nothing")
    try:
        for ask in (activity.page(away, "u", ALL), activity.one(away, "u", "x")):
            with pytest.raises(Unavailable):
                await ask
    finally:
        await away.close()
