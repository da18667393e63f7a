"""New calls come to the page /activity by themselves, and move nothing that somebody reads."""

from pathlib import Path
from typing import Any

from hcai_app.errors import InvalidRequest
from hcai_app.services.call import Caller, LedgerEntry, new_id
from hcai_app.services.usage import filters
from hcai_app.ui.state import activity, activity_list
from hcai_app.ui.state.activity import ActivityState
from hcai_app.ui.state.activity_address import PAGE_PATH
from hcai_app.worker.context import Worker
from tests.services.books import caller_of, entry
from tests.ui.state.tabs import Tab, sign_in
from tests.ui.state.test_activity import NOW, open_at, write


async def push(tab: Tab, state: ActivityState, query: dict[str, str] | None = None) -> None:
    """What the live push does for the tab."""
    wanted = filters.parse(query or {})
    activity.show(state, await activity_list.read_live(tab.user_id, [wanted]))


def calls_of(tab: Tab, *ages_ms: int, **more: Any) -> list[LedgerEntry]:
    return [entry(user_id=tab.user_id, started_at_ms=NOW - age, **more) for age in ages_ms]


async def test_the_newest_page_is_watched_and_no_other(serving: Worker, tmp_path: Path) -> None:
    ada = await sign_in(serving)
    await write(serving, tmp_path, calls_of(ada, *range(60)))
    state = await open_at(ada)
    serving.tabs.touch(ada.user_id, NOW)
    (due,) = serving.tabs.take_due()
    assert (due.tab.page, due.tab.view) == (PAGE_PATH, filters.parse({}))
    await open_at(ada, f"?before={state.calls[-1].id}")
    serving.tabs.touch(ada.user_id, NOW)
    assert serving.tabs.take_due() == []


async def test_new_calls_stand_on_top_and_old_ones_learn_their_cost(
    serving: Worker, tmp_path: Path
) -> None:
    ada = await sign_in(serving)
    await write(serving, tmp_path, calls_of(ada, 9_000, cost=None))
    state = await open_at(ada)
    assert (state.sums.calls, state.calls[0].is_settled) == ("1", False)
    # The one that started first ended last: it belongs between the others.
    late, early = calls_of(ada, 100, 20_000)
    await write(serving, tmp_path, [late, early])
    await push(ada, state)
    assert [call.id for call in state.calls][::2] == [late.id, early.id]
    assert [call.is_new for call in state.calls] == [True, False, True]
    assert (state.sums.calls, state.held) == ("3", 0)


async def test_while_a_call_is_open_its_page_stays_as_it_is(
    serving: Worker, tmp_path: Path
) -> None:
    ada = await sign_in(serving)
    (read,) = calls_of(ada, 9_000)
    await write(serving, tmp_path, [read])
    state = await open_at(ada)
    await state.toggle(read.id)
    await write(serving, tmp_path, calls_of(ada, 1, 2))
    await push(ada, state)
    assert ([call.id for call in state.calls], state.opened) == ([read.id], read.id)
    assert (state.held, state.sums.calls) == (2, "3")
    await state.reload()
    assert (len(state.calls), state.held) == (3, 0)


async def test_a_tab_that_missed_more_than_a_page_begins_anew(
    serving: Worker, tmp_path: Path
) -> None:
    ada = await sign_in(serving)
    await write(serving, tmp_path, calls_of(ada, *range(90_000, 90_060)))
    state = await open_at(ada)
    fresh = calls_of(ada, *range(70))
    await write(serving, tmp_path, fresh)
    await push(ada, state)
    assert [call.id for call in state.calls] == [call.id for call in fresh[:50]]
    assert state.has_older


async def test_a_long_evening_does_not_fill_the_tab(serving: Worker, tmp_path: Path) -> None:
    ada = await sign_in(serving)
    state = await open_at(ada)
    for evening in range(8):
        start = 90_000 - evening * 1_000
        await write(serving, tmp_path, calls_of(ada, *range(start, start + 30)))
        await push(ada, state)
        assert len(state.calls) <= activity_list.MOST_ROWS
    assert state.sums.calls == "240"
    shown = [call.id for call in state.calls]
    assert shown == sorted(shown, reverse=True)
    assert state.has_older == (len(shown) < 240)


async def test_only_what_the_filter_leaves_comes(serving: Worker, tmp_path: Path) -> None:
    ada = await sign_in(serving)
    state = await open_at(ada, "?model=m/one")
    await write(serving, tmp_path, [*calls_of(ada, 1, model="m/one"), *calls_of(ada, 2)])
    await push(ada, state, {"model": "m/one"})
    assert [call.model for call in state.calls] == ["m/one"]
    await push(ada, state, {})  # a view that the tab has left
    assert [call.model for call in state.calls] == ["m/one"]


async def test_a_refused_call_comes_too(serving: Worker) -> None:
    ada = await sign_in(serving)
    state = await open_at(ada)
    caller: Caller = caller_of(ada.user_id)
    refused = InvalidRequest("No such model.")
    serving.refusals.note(new_id(NOW), caller, "/chat/completions", "a/x", refused)
    await serving.refusals.flush()
    (due,) = serving.tabs.take_due()
    assert due.tab.page == PAGE_PATH
    await push(ada, state)
    assert [call.outcome for call in state.calls] == ["refused"]
    assert (state.sums.calls, state.sums.refused) == ("0", "1")
