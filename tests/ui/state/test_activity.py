"""What a visitor sees of their calls, and what no forged event gets out of it."""

from pathlib import Path
from typing import Any

import pytest
from reflex.event import EventSpec
from reflex.istate.data import RouterData

from hcai_app import clock
from hcai_app.errors import InvalidRequest, NotAuthenticated, NotFound
from hcai_app.services.call import LedgerEntry, Outcome, Usage
from hcai_app.services.keys import keys
from hcai_app.services.people import sessions
from hcai_app.services.safety import reports
from hcai_app.ui.state import activity
from hcai_app.ui.state.activity import ActivityState
from hcai_app.worker.context import Worker
from tests.services.books import Books, entry
from tests.ui.state.conftest import SECRET
from tests.ui.state.tabs import Tab, open_tab, sign_in

NOW = clock.now_ms()
FORGED = ["", "x" * 100_000, "\0", "' OR 1=1 --", 5, None, {"id": 1}, ["a"]]


async def write(serving: Worker, folder: Path, calls: list[LedgerEntry]) -> None:
    books = Books(serving.database, folder / "books", "w2")
    await books.ledger.put(calls)
    await books.close()


async def open_at(tab: Tab, query: str = "") -> ActivityState:
    given: dict[str, Any] = {
        "headers": {"cookie": tab.root.router.headers.cookie},
        "token": "t",
        "pathname": "/activity",
        "asPath": f"/activity{query}",
    }
    tab.root.router = RouterData.from_router_data(given)
    state = await tab.open(ActivityState)
    await state.open_page()
    return state


def path_of(redirect: EventSpec) -> str:
    return next(str(value) for name, value in redirect.args if str(name) == "path").strip('"')


async def turn(tab: Tab, redirect: EventSpec | None) -> ActivityState:
    """Go where a button leads."""
    assert redirect is not None
    return await open_at(tab, path_of(redirect).removeprefix("/activity"))


async def test_a_newcomer_has_no_calls(serving: Worker) -> None:
    state = await open_at(await sign_in(serving))
    assert (state.phase, state.calls, state.wanted.is_set) == ("ready", [], False)
    assert (state.has_older, state.has_newer) == (False, False)
    assert [key.text for key in state.keys] == ["Playground"]


async def test_calls_are_told_in_words(serving: Worker, tmp_path: Path) -> None:
    ada = await sign_in(serving)
    key = await keys.issue(serving.database, ada.user_id, "laptop", secret_key=SECRET, max_keys=3)
    of_ada: dict[str, Any] = {"user_id": ada.user_id, "key_id": key.id}
    calls = [
        entry(**of_ada, started_at_ms=NOW - n, outcome=outcome, cost=4_200_000)
        for n, outcome in enumerate(Outcome)
    ]
    calls.append(entry(user_id=ada.user_id, key_id=None, started_at_ms=NOW - 9, cost=None))
    await write(serving, tmp_path, calls)
    state = await open_at(ada)
    assert [call.words for call in state.calls[:5]] == [
        "Completed",
        "Provider failed",
        "You hung up",
        "Cut off by us",
        "Refused",
    ]
    first, last = state.calls[0], state.calls[-1]
    assert (first.key, first.tokens, first.cost) == ("laptop", "30", "$0.0042")
    assert (last.key, last.cost, last.is_settled) == ("Playground", "being settled", False)


async def test_a_call_opens_in_place_with_all_that_is_known(
    serving: Worker, tmp_path: Path
) -> None:
    ada = await sign_in(serving)
    call = entry(user_id=ada.user_id, cost=21_000)
    await write(serving, tmp_path, [call])
    state = await open_at(ada)
    await state.toggle(call.id)
    facts = {fact.name: fact.value for fact in state.detail.facts}
    assert (state.opened, state.detail.generation_id) == (call.id, "gen-1")
    assert (facts["Prompt tokens"], facts["Cost"]) == ("10", "$0.000021")
    await state.toggle(call.id)
    assert (state.opened, state.detail.facts) == ("", ())


async def test_keys_of_one_name_are_told_apart(serving: Worker, tmp_path: Path) -> None:
    ada = await sign_in(serving)
    made = [
        await keys.issue(serving.database, ada.user_id, name, secret_key=SECRET, max_keys=3)
        for name in ("laptop", "laptop", "bot")
    ]
    calls = [
        entry(user_id=ada.user_id, key_id=key.id, started_at_ms=NOW - age)
        for age, key in enumerate(made)
    ]
    await write(serving, tmp_path, calls)
    named = [call.key for call in (await open_at(ada)).calls]
    assert named == [f"laptop (…{key.secret[-4:]})" for key in made[:2]] + ["bot"]


async def test_of_a_call_that_nobody_answered_no_model_has(serving: Worker, tmp_path: Path) -> None:
    ada = await sign_in(serving)
    refused = entry(user_id=ada.user_id, outcome=Outcome.REFUSED_BY_PROVIDER, usage=Usage())
    await write(serving, tmp_path, [refused])
    state = await open_at(ada)
    await state.toggle(refused.id)
    names = [fact.name for fact in state.detail.facts]
    assert "Model asked for" in names
    assert "Model that answered" not in names


async def test_nobody_opens_anothers_call(serving: Worker, tmp_path: Path) -> None:
    ada, bob = await sign_in(serving), await sign_in(serving, "U2", "Bob")
    of_bob = entry(user_id=bob.user_id, model="m/bobs", generation_id="gen-bobs")
    await write(serving, tmp_path, [of_bob])
    state = await open_at(ada)
    with pytest.raises(NotFound):
        await state.toggle(of_bob.id)
    assert state.calls == []
    assert "bobs" not in ada.told()


@pytest.mark.parametrize("forged", FORGED)
async def test_forged_arguments_do_nothing(serving: Worker, forged: Any) -> None:
    state = await open_at(await sign_in(serving))
    await state.toggle(forged)
    assert state.opened == ""
    with pytest.raises(InvalidRequest):
        await state.choose(forged, "x")
    if forged != "":
        with pytest.raises(InvalidRequest):
            await state.choose("outcome", forged)
    assert path_of(await state.choose_span(forged)) == "/activity"
    assert await state.show_older() is None


async def test_without_a_session_no_event_is_answered(serving: Worker) -> None:
    ada = await sign_in(serving)
    state = await open_at(ada)
    await sessions.end_all(serving.database, ada.user_id)
    for act in (
        state.toggle("a" * 32),
        state.show_older(),
        state.show_newer(),
        state.show_newest(),
        state.reload(),
        state.choose("model", "a"),
        state.choose_span("7"),
    ):
        with pytest.raises(NotAuthenticated):
            await act


async def test_the_address_says_what_is_shown(serving: Worker, tmp_path: Path) -> None:
    ada = await sign_in(serving)
    of_ada: dict[str, Any] = {"user_id": ada.user_id, "started_at_ms": NOW}
    rare = entry(**of_ada, model="m/rare", outcome=Outcome.INTERRUPTED)
    await write(serving, tmp_path, [rare, entry(**of_ada), entry(model="m/rare")])
    state = await open_at(ada, "?model=m%2Frare&outcome=interrupted&unknown=x")
    assert [call.id for call in state.calls] == [rare.id]
    assert (state.wanted.model, state.wanted.outcome) == ("m/rare", "interrupted")
    assert state.csv == "/api/activity.csv?model=m%2Frare&outcome=interrupted"
    assert {model.value for model in state.models} == {"m/rare", "a/b"}
    state = await open_at(ada, "?model=m/none&key=key_none")
    assert (state.phase, state.calls) == ("ready", [])
    assert "m/none" in {model.value for model in state.models}
    state = await open_at(ada, "?outcome=evil")
    assert state.phase == "odd"


async def test_choosing_leads_to_an_address(serving: Worker) -> None:
    state = await open_at(await sign_in(serving), "?model=a/b&to=2026-05-03")
    chosen = path_of(await state.choose("from", "2026-05-07"))
    assert chosen == "/activity?model=a%2Fb&from=2026-05-07&to=2026-05-07"
    today = f"{clock.now():%Y-%m-%d}"
    assert path_of(await state.choose_span("today")) == f"/activity?model=a%2Fb&from={today}"
    assert path_of(await state.choose_span("all")) == "/activity?model=a%2Fb"
    assert path_of(await state.choose("model", "")) == "/activity?to=2026-05-03"


async def test_pages_lead_there_and_back(serving: Worker, tmp_path: Path) -> None:
    ada = await sign_in(serving)
    calls = [entry(user_id=ada.user_id, started_at_ms=NOW - n) for n in range(120)]
    await write(serving, tmp_path, calls)
    right = [call.id for call in calls]
    state = await open_at(ada)
    shown = [call.id for call in state.calls]
    while state.has_older:
        state = await turn(ada, await state.show_older())
        shown += [call.id for call in state.calls]
    assert shown == right
    state = await turn(ada, await state.show_newer())
    assert [call.id for call in state.calls] == right[50:100]
    assert state.has_way_back
    state = await turn(ada, await state.show_newest())
    assert ([call.id for call in state.calls], state.has_newer) == (right[:50], False)


async def test_a_page_is_in_the_address(serving: Worker, tmp_path: Path) -> None:
    ada, bob = await sign_in(serving), await sign_in(serving, "UBOB")
    calls = [entry(user_id=ada.user_id, started_at_ms=NOW - n) for n in range(120)]
    await write(serving, tmp_path, calls)
    state = await open_at(ada, "?model=a/b")
    address = path_of((await state.show_older()) or pytest.fail())
    assert address == f"/activity?model=a%2Fb&before={calls[49].id}"
    again = await open_at(await open_tab(serving, ada.user_id), address.removeprefix("/activity"))
    assert [call.id for call in again.calls] == [call.id for call in calls[50:100]]
    # This tab has not come from the page before, and knows only the first one.
    assert (again.has_newer, again.has_way_back) == (True, False)
    theirs = await open_at(bob, address.removeprefix("/activity"))
    assert theirs.calls == []
    for odd in ("x", "0" * 33, "<script>"):
        assert (await open_at(ada, f"?before={odd}")).phase == "odd"


async def test_there_is_no_last_page_before_the_oldest_call(
    serving: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activity, "MAX_PAGES_BACK", 1)
    ada = await sign_in(serving)
    calls = [entry(user_id=ada.user_id, started_at_ms=NOW - n) for n in range(170)]
    await write(serving, tmp_path, calls)
    state = await open_at(ada)
    for _ in range(3):
        assert state.has_older
        state = await turn(ada, await state.show_older())
    assert (state.calls[-1].id, state.has_older) == (calls[-1].id, False)
    state = await turn(ada, await state.show_newer())
    assert state.calls[0].id == calls[0].id


async def test_no_ledger_row_or_cursor_is_sent(serving: Worker, tmp_path: Path) -> None:
    ada = await sign_in(serving)
    await write(serving, tmp_path, [entry(user_id=ada.user_id)])
    await open_at(ada)
    told = ada.told()
    assert "a/b" in told
    session_id = sessions.id_of(ada.cookie, SECRET)
    for secret in (ada.user_id, ada.cookie, session_id, "reserved", "settle_at"):
        assert secret not in told


async def test_an_answer_is_reported_in_place_and_by_a_link(
    serving: Worker, tmp_path: Path
) -> None:
    ada, bob = await sign_in(serving), await sign_in(serving, "UBOB")
    theirs, mine = entry(user_id=bob.user_id), entry(user_id=ada.user_id)
    await write(serving, tmp_path, [mine, theirs])
    state = await open_at(ada, f"?report={mine.id}")
    assert (state.opened, state.is_reporting, state.reported) == (mine.id, True, "")
    assert [call.id for call in state.calls] == [mine.id]
    await state.report_answer("hateful")
    assert state.reported.startswith("It is hateful")
    await state.toggle(mine.id)
    assert state.reported == ""
    await reports.close(serving.database, mine.id, "We told its maker.")
    await state.toggle(mine.id)
    assert state.reported.startswith("It is hateful")
    assert state.report_reply == "We told its maker."
    for forged in FORGED:
        with pytest.raises(InvalidRequest):
            await state.report_answer(forged)  # pyright: ignore[reportArgumentType]
    for nothing in (theirs.id, "x", "0" * 32):
        state = await open_at(ada, f"?report={nothing}")
        assert (state.phase, state.opened, state.is_reporting) == ("ready", "", False)
        with pytest.raises(NotFound):
            await state.report_answer("other")


async def test_a_linked_call_of_another_page_is_put_on_top(serving: Worker, tmp_path: Path) -> None:
    ada = await sign_in(serving)
    calls = [entry(user_id=ada.user_id, started_at_ms=NOW - at) for at in range(60)]
    await write(serving, tmp_path, calls)
    oldest = min(call.id for call in calls)
    state = await open_at(ada, f"?report={oldest}")
    assert state.opened == state.calls[0].id == oldest
