"""The provider's record of a call: only to its owner, only what speaks of the call."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from hcai_app.errors import NotFound, RateLimited, Unavailable, UpstreamFailed
from hcai_app.services.ledger import generations
from hcai_app.services.ledger.generations import MAX_A_MINUTE, MAX_LOOKUPS, MAX_OF_USER, Generations
from tests.services.books import caller_of

CALLER = caller_of()
ATTEMPT = {"id": "up-1", "endpoint_id": "ep-1", "provider_name": "X", "status": 200}
RECORD = {
    "id": "gen-1",
    "external_user": CALLER.pseudonym,
    "total_cost": 0.5,
    "origin": "https://ours.example",
    "http_referer": "https://ours.example",
    "api_key_id": 7,
    "something_new": {"account": "ours"},
    "provider_responses": [ATTEMPT, None],
}


def having(record: Any) -> Generations:
    async def find(_id: str) -> Any:
        return record

    return Generations(find, always)


async def always(_id: str, _user_id: str) -> bool:
    return True


async def test_only_what_speaks_of_the_call_is_told() -> None:
    told = await having(RECORD).of_caller("gen-1", CALLER)
    assert told.keys() == RECORD.keys()
    assert (told["id"], told["total_cost"], told["origin"]) == ("gen-1", 0.5, "")
    for name in ("external_user", "http_referer", "api_key_id", "something_new"):
        assert told[name] is None
    assert told["provider_responses"] == [{"provider_name": "X", "status": 200}, {}]


@pytest.mark.parametrize(
    "record",
    [
        None,
        {},
        {**RECORD, "external_user": "hc_2"},
        {**RECORD, "external_user": None},
        {**RECORD, "external_user": [CALLER.pseudonym]},
        {name: value for name, value in RECORD.items() if name != "external_user"},
    ],
)
async def test_whatever_is_not_the_callers_own_is_not_there(record: Any) -> None:
    with pytest.raises(NotFound) as refusal:
        await having(record).of_caller("gen-1", CALLER)
    with pytest.raises(NotFound) as unknown:
        await having(None).of_caller("gen-0", CALLER)
    assert refusal.value.message == unknown.value.message


async def test_an_id_that_cannot_be_is_not_asked_for() -> None:
    for name in ("", "x" * 201):
        with pytest.raises(NotFound):
            await having(RECORD).of_caller(name, CALLER)


async def test_a_provider_that_hangs_is_given_up_soon_and_by_few(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(generations, "PATIENCE_S", 0.1)
    asked: list[str] = []

    async def hang(name: str) -> None:
        asked.append(name)
        await asyncio.Event().wait()

    looking = Generations(hang, always)
    callers = [replace(CALLER, user_id=f"user-{at}") for at in range(2 * MAX_LOOKUPS)]
    waiting = [looking.of_caller("gen-1", caller) for caller in callers]
    async with asyncio.timeout(10):
        errors = await asyncio.gather(*waiting, return_exceptions=True)
    kinds = [type(error) for error in errors]
    assert kinds.count(UpstreamFailed) == kinds.count(Unavailable) == len(asked) == MAX_LOOKUPS
    with pytest.raises(UpstreamFailed):  # and there is room again
        await looking.of_caller("gen-1", CALLER)


@pytest.mark.attack
async def test_one_user_holds_few_look_ups_and_leaves_the_others_theirs() -> None:
    found = asyncio.Event()

    async def find(_name: str) -> Any:
        await found.wait()
        return RECORD

    looking = Generations(find, always)
    hostile = [asyncio.create_task(looking.of_caller("gen-1", CALLER)) for _ in range(20)]
    await asyncio.sleep(0)
    other = replace(CALLER, user_id="somebody else")
    friendly = asyncio.create_task(looking.of_caller("gen-1", other))
    await asyncio.sleep(0)
    found.set()
    ends = await asyncio.gather(*hostile, return_exceptions=True)
    assert sum(isinstance(end, dict) for end in ends) == MAX_OF_USER
    assert sum(isinstance(end, RateLimited) for end in ends) == 20 - MAX_OF_USER
    assert (await friendly)["id"] == "gen-1"


@pytest.mark.attack
async def test_a_user_may_ask_so_often_a_minute() -> None:
    looking = having(RECORD)
    for _ in range(MAX_A_MINUTE):
        assert (await looking.of_caller("gen-1", CALLER))["id"] == "gen-1"
    with pytest.raises(RateLimited):
        await looking.of_caller("gen-1", CALLER)
    other = replace(CALLER, user_id="somebody else")
    assert (await looking.of_caller("gen-1", other))["id"] == "gen-1"


@pytest.mark.attack
async def test_only_what_the_callers_own_rows_name_is_asked_for() -> None:
    asked: list[str] = []

    async def find(name: str) -> Any:
        asked.append(name)
        return RECORD

    async def is_own(name: str, user_id: str) -> bool:
        return (name, user_id) == ("gen-1", CALLER.user_id)

    looking = Generations(find, is_own)
    with pytest.raises(NotFound):
        await looking.of_caller("gen-2", CALLER)
    with pytest.raises(NotFound):
        await looking.of_caller("gen-1", replace(CALLER, user_id="somebody else"))
    assert asked == []
    assert (await looking.of_caller("gen-1", CALLER))["id"] == "gen-1"
