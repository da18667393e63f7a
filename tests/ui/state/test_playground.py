"""The playground's state: whose it is and what is left, and nothing of what is written there."""

from dataclasses import fields, replace
from typing import Any

import pytest
from reflex.istate.data import RouterData

from hcai_app import clock
from hcai_app.services.usage.dashboard import Today
from hcai_app.ui.state.playground import PlaygroundState, day_of
from hcai_app.worker.context import Worker
from tests.ui.state.tabs import Tab, root_of, sign_in

TODAY = Today(
    requests=3,
    tokens=10,
    cost_nanousd=1_000_000_000,
    budget_nanousd=4_000_000_000,
    models=(),
    calls_left=147,
    calls_limit=150,
    window_reset_ms=5_000,
    resets_at_ms=9_000,
    has_key=False,
    has_called=True,
)


async def opened(tab: Tab) -> PlaygroundState:
    state = await tab.open(PlaygroundState)
    await PlaygroundState.load_playground.fn(state)
    return state


async def test_each_visitor_has_a_name_of_their_own_that_stays(serving: Worker) -> None:
    ada, bea = await sign_in(serving), await sign_in(serving, "U2", "Bea")
    states = [await opened(tab) for tab in (ada, bea)]
    owners = [state.owner for state in states]
    await PlaygroundState.load_playground.fn(states[0])
    assert states[0].owner == owners[0]
    assert len({*owners, ""}) == 3
    assert ada.user_id not in ada.told()
    assert ada.cookie not in ada.told()


async def test_what_is_left_is_shown(serving: Worker) -> None:
    state = await opened(await sign_in(serving))
    assert (state.day.left, state.day.calls_left, state.day.obstacle) == ("$4.00", "150 calls", "")
    assert state.has_moderation


async def test_a_stranger_comes_back_to_the_model_that_was_asked_for(serving: Worker) -> None:
    assert serving.settings
    root = root_of("")
    given: dict[str, Any] = {
        "headers": {"origin": "http://localhost"},
        "token": "t",
        "pathname": "/playground",
        "asPath": "/playground?model=qwen/qwen3-32b",
    }
    root.router = RouterData.from_router_data(given)
    state = await root.get_state(PlaygroundState)
    await PlaygroundState.load_playground.fn(state)
    assert state.way_in == "/auth/login?to=%2Fplayground%3Fmodel%3Dqwen%2Fqwen3-32b"
    assert not state.is_signed_in


async def test_whoever_has_called_for_three_hours_is_asked_to_pause(
    serving: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, now_ms = await opened(await sign_in(serving)), 10**12

    async def call_after(minutes: int) -> bool:
        nonlocal now_ms
        now_ms += minutes * 60_000
        monkeypatch.setattr(clock, "now_ms", lambda: now_ms)
        await PlaygroundState.note_spent.fn(state)
        return state.is_tired

    assert [await call_after(15) for _ in range(13)] == [False] * 13
    assert await call_after(15)
    PlaygroundState.go_on.fn(state)
    assert not await call_after(15)
    assert [await call_after(15) for _ in range(12)][-1]
    assert not await call_after(25)  # a break


def test_what_stands_in_the_way_is_said_with_its_end() -> None:
    assert (day_of(TODAY).left, day_of(TODAY).obstacle) == ("$3.00", "")
    assert day_of(replace(TODAY, calls_left=1)).calls_left == "1 call"
    spent = day_of(replace(TODAY, cost_nanousd=4_000_000_000))
    assert spent.obstacle == "Today's budget of $4 is spent; it resets at 00:00 UTC."
    assert spent.until_ms == TODAY.resets_at_ms
    busy = day_of(replace(TODAY, calls_left=0))
    assert busy.obstacle == "You have made 150 calls, which is the limit for now."
    assert busy.until_ms == TODAY.window_reset_ms


def test_the_state_has_no_place_for_what_is_written() -> None:
    own = set(PlaygroundState.base_vars)
    assert own == {"owner", "has_moderation", "day", "speeds", "way_in", "is_tired"}
    assert {field.name for field in fields(day_of(TODAY))} == {
        "left",
        "calls_left",
        "obstacle",
        "until_ms",
    }
