"""The provider's record of a call: only to its owner, only what speaks of the call."""

import asyncio
from typing import Any

import pytest

from hcai_app.errors import NotFound, Unavailable, UpstreamFailed
from hcai_app.services.ledger import generations
from hcai_app.services.ledger.generations import MAX_LOOKUPS, Generations
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

    return Generations(find)


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

    looking = Generations(hang)
    waiting = [looking.of_caller("gen-1", CALLER) for _ in range(2 * MAX_LOOKUPS)]
    async with asyncio.timeout(10):
        errors = await asyncio.gather(*waiting, return_exceptions=True)
    kinds = [type(error) for error in errors]
    assert kinds.count(UpstreamFailed) == kinds.count(Unavailable) == len(asked) == MAX_LOOKUPS
    with pytest.raises(UpstreamFailed):  # and there is room again
        await looking.of_caller("gen-1", CALLER)
