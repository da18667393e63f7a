"""The live push, over tabs without sockets: what goes wrong for one tab stays with it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisIsAway

from hcai_app import clock
from hcai_app.services.people import sessions
from hcai_app.ui.state import dashboard, live_push
from hcai_app.ui.state.dashboard import DashboardState
from hcai_app.ui.state.live_push import LivePush, Page
from hcai_app.worker.context import Worker
from tests.services.books import Books, entry
from tests.ui.state.standin import StandIn, running, until
from tests.ui.state.tabs import Tab, root_of, sign_in


async def opened(serving: Worker, name: str) -> Tab:
    """Open a dashboard; its token is the user's name."""
    tab = await sign_in(serving, f"U{name.upper()}", name)
    tab.root = root_of(f"{tab.root.router.headers.cookie}", path="/dashboard", name=name)
    await (await tab.open(DashboardState)).load()
    return tab


def page(**more: Any) -> Page:
    parts = {"read": dashboard.read_snapshot, "show": dashboard.show}
    return Page("/dashboard", DashboardState, **{**parts, **more})


async def test_a_read_that_hangs_does_not_stop_the_others(
    serving: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_push, "TIMEOUT_S", 0.1)
    ada, bob = await opened(serving, "ada"), await opened(serving, "bob")
    read, hangs = [], [True]

    async def reading(user_id: str, *rest: Any) -> Any:
        if user_id == ada.user_id and hangs:
            await asyncio.sleep(60)
        read.append(user_id)
        return await dashboard.read_snapshot(user_id, *rest)

    app = StandIn(ada=ada, bob=bob)
    push = LivePush(app, [page(read=reading)], serving.tabs)
    with running(push.run):
        for tab in (ada, bob):
            serving.tabs.touch(tab.user_id, clock.now_ms())
        await until(lambda: read == [bob.user_id])
        hangs.clear()
        await until(lambda: ada.user_id in read)


@pytest.mark.parametrize("fault", [RedisIsAway(), ConnectionResetError(), TimeoutError()])
async def test_a_tab_whose_state_cannot_be_reached_is_shown_its_news_later(
    serving: Worker, fault: Exception
) -> None:
    ada = await opened(serving, "ada")
    state = await ada.open(DashboardState)
    app = StandIn(ada=ada)
    app.fault = fault
    push = LivePush(app, [page()], serving.tabs)
    with running(push.run):
        await serving.chat_limit.hit(ada.user_id)
        serving.tabs.touch(ada.user_id, clock.now_ms())
        await asyncio.sleep(0.5)
        assert state.figures.calls_left == "150"
        app.fault = None
        await until(lambda: state.figures.calls_left == "149")
    assert not app.reloads("ada")


async def test_a_tab_that_cannot_be_drawn_reloads_and_stops_nobody(serving: Worker) -> None:
    ada, bob = await opened(serving, "ada"), await opened(serving, "bob")
    app = StandIn(ada=ada, bob=bob)
    drawn: list[DashboardState] = []

    def show(state: DashboardState, snapshot: Any) -> None:
        if state.name == "ada":
            raise ZeroDivisionError
        drawn.append(state)
        dashboard.show(state, snapshot)

    push = LivePush(app, [page(show=show)], serving.tabs)
    with running(push.run):
        for tab in (ada, bob):
            serving.tabs.touch(tab.user_id, clock.now_ms())
        await until(lambda: drawn and app.reloads("ada"))
        assert (app.reloads("ada"), app.reloads("bob")) == (1, 0)
        assert (len(serving.tabs), serving.tabs.watching) == (2, 1)
        serving.tabs.touch(ada.user_id, clock.now_ms())
        assert not serving.tabs.has_due


async def test_figures_that_are_older_than_what_a_tab_shows_are_not_shown(
    serving: Worker, tmp_path: Path
) -> None:
    books = Books(serving.database, tmp_path / "other-journal", "w2")
    ada = await opened(serving, "ada")
    state, is_first = await ada.open(DashboardState), [True]

    async def call() -> None:
        made = entry(user_id=ada.user_id)
        await books.record(made)
        serving.tabs.hear([made])

    async def reading(*what: Any) -> Any:
        snapshot = await dashboard.read_snapshot(*what)
        if is_first:  # before it is shown: a call, and the tab chooses another chart
            is_first.clear()
            await call()
            await state.choose_range("7d")
        return snapshot

    push = LivePush(StandIn(ada=ada), [page(read=reading)], serving.tabs)
    await call()
    with running(push.run):
        await until(lambda: not is_first and not push.batches and state.range == "7d")
        await asyncio.sleep(0.5)
        assert state.figures.requests == "2"
        await call()
        await until(lambda: state.figures.requests == "3")
    await books.close()


async def test_a_session_that_ends_goes_dark_while_figures_are_still_read(
    serving: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_push, "TIMEOUT_S", 60.0)
    ada, bob = await opened(serving, "ada"), await opened(serving, "bob")
    begun = asyncio.Event()

    async def hanging(*_: Any) -> Any:
        begun.set()
        await asyncio.sleep(60)

    app = StandIn(ada=ada, bob=bob)
    push = LivePush(app, [page(read=hanging)], serving.tabs)
    with running(push.run):
        serving.tabs.touch(ada.user_id, clock.now_ms())
        await begun.wait()
        await sessions.end_all(serving.database, bob.user_id)
        await until(lambda: app.reloads("bob"))
        assert (await bob.open(DashboardState)).name == ""
        assert (app.reloads("ada"), len(serving.tabs)) == (0, 1)
        for task in push.tasks:
            task.cancel()


async def test_a_new_day_reaches_tabs_though_nobody_calls(
    serving: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await opened(serving, "ada")
    since: list[int | None] = []

    async def reading(user_id: str, views: Any, since_ms: int | None) -> Any:
        since.append(since_ms)
        return await dashboard.read_snapshot(user_id, views, since_ms)

    tomorrow_ms = clock.floor_ms(clock.now_ms(), clock.MS_PER_DAY) + clock.MS_PER_DAY
    with running(LivePush(StandIn(ada=ada), [page(read=reading)], serving.tabs).run):
        await asyncio.sleep(0)
        monkeypatch.setattr(clock, "now_ms", lambda: tomorrow_ms + 5)
        await until(lambda: since)
    assert since == [tomorrow_ms]
