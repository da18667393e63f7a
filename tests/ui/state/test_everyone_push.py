"""The live page of everyone, over tabs without sockets."""

from pathlib import Path

import pytest

from hcai_app import clock
from hcai_app.ui.state import everyone_push
from hcai_app.ui.state.everyone import EveryoneState
from hcai_app.ui.state.loop_time import Meter
from hcai_app.worker.context import Worker
from tests.services.books import Books, entry
from tests.ui.state.standin import StandIn
from tests.ui.state.tabs import Tab, root_of, sign_in


async def opened(name: str, cookies: str = "") -> Tab:
    tab = Tab("", "", root_of(cookies, path="/global", name=name))
    await (await tab.open(EveryoneState)).open_page()
    return tab


async def write(serving: Worker, folder: Path, *models: str) -> None:
    books = Books(serving.database, folder / "books", "w2")
    await books.ledger.put([entry(model=model, started_at_ms=clock.now_ms()) for model in models])
    await books.close()


async def round_of(app: StandIn, shown: dict[str, everyone_push.Shown]) -> None:
    await everyone_push.hold_round(app, shown, Meter())  # pyright: ignore[reportArgumentType]


async def test_strangers_and_members_see_the_same_calls(serving: Worker, tmp_path: Path) -> None:
    ada = await sign_in(serving)
    tabs = {
        "stranger": await opened("stranger"),
        "member": await opened("member", ada.root.router.headers.cookie),
    }
    for reading in (serving.readings.everyone, serving.readings.latest_calls):
        reading._fresh_s = 0.0
    app, shown = StandIn(**tabs), {}
    await write(serving, tmp_path, "m/a")
    await round_of(app, shown)
    for tab in tabs.values():
        state = await tab.open(EveryoneState)
        assert [(tick.model, tick.is_new) for tick in state.ticker] == [("m/a", True)]
        assert state.site.requests == "1"
        assert [(line.label, line.total) for line in state.frame.legend] == [("a", "1")]
    await write(serving, tmp_path, "m/b")
    await round_of(app, shown)
    state = await tabs["stranger"].open(EveryoneState)
    assert [(tick.model, tick.is_new) for tick in state.ticker] == [("m/b", True), ("m/a", False)]
    assert state.live_bars[-1].words == "a 1, b 1"


async def test_a_tab_that_went_elsewhere_or_closed_is_left_alone(serving: Worker) -> None:
    away, closed = await opened("away"), await opened("closed")
    assert closed
    away.root.router = root_of("", path="/models", name="away").router
    await round_of(StandIn(away=away), {})
    assert serving.tabs.take_onlookers({"away", "closed"}) == []


async def test_twins_are_two_calls(serving: Worker, tmp_path: Path) -> None:
    books = Books(serving.database, tmp_path / "books", "w2")
    now = clock.now_ms()
    await books.ledger.put([entry(model="m/a", started_at_ms=now) for _ in range(3)])
    await books.close()
    tab = await opened("t")
    names = [tick.id for tick in (await tab.open(EveryoneState)).ticker]
    assert len(set(names)) == 3


async def test_a_tab_that_cannot_be_reached_holds_up_no_other(
    serving: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(everyone_push, "TIMEOUT_S", 0.05)
    tabs = {name: await opened(name) for name in ("a", "b", "c")}
    for reading in (serving.readings.everyone, serving.readings.latest_calls):
        reading._fresh_s = 0.0
    await write(serving, tmp_path, "m/a")
    for stuck in tabs:
        app = StandIn(**tabs)
        async with app.locks[stuck]:
            await round_of(app, {})
        shown = [name for name in tabs if (await tabs[name].open(EveryoneState)).ticker]
        assert set(shown) >= tabs.keys() - {stuck}
