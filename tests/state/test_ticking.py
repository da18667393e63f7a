"""The tick, over tabs without sockets: what goes wrong for one tab stays with it."""

import asyncio
from typing import Any

import pytest

from hcai_app import clock
from hcai_app.state import dashboard, ticking
from hcai_app.state.dashboard import DashboardState
from hcai_app.state.ticking import Page, Ticker
from hcai_app.worker import Worker
from tests.state.standin import StandIn, running, until
from tests.state.tabs import Tab, root_of, sign_in


async def opened(serving: Worker, name: str) -> Tab:
    """Open a dashboard; its token is the user's name."""
    tab = await sign_in(serving, f"U{name.upper()}", name)
    tab.root = root_of(f"{tab.root.router.headers.cookie}", path="/dashboard", token=name)
    await (await tab.open(DashboardState)).load()
    return tab


def page(**more: Any) -> Page:
    parts = {"read": dashboard.read_snapshot, "show": dashboard.show}
    return Page("/dashboard", DashboardState, **{**parts, **more})


async def test_a_read_that_hangs_does_not_stop_the_others(
    serving: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticking, "READ_S", 0.1)
    ada, bob = await opened(serving, "ada"), await opened(serving, "bob")
    read, hangs = [], [True]

    async def reading(user_id: str, *rest: Any) -> Any:
        if user_id == ada.user_id and hangs:
            await asyncio.sleep(60)
        read.append(user_id)
        return await dashboard.read_snapshot(user_id, *rest)

    app = StandIn(ada=ada, bob=bob)
    ticker = Ticker(app, page(read=reading), serving.live)
    with running(ticker.push):
        for tab in (ada, bob):
            serving.live.touch(tab.user_id, clock.now_ms())
        await until(lambda: read == [bob.user_id])
        hangs.clear()
        await until(lambda: ada.user_id in read)
