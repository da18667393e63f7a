"""Whose state is kept: that of a tab which is open, however long it is silent."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
import reflex as rx
from reflex.istate.manager.memory import StateManagerMemory

from hcai_app.ui.state import keep_alive
from tests.services.books import until


def token(name: str) -> Any:
    return rx.BaseStateToken(ident=name, cls=rx.State)


async def test_open_tabs_keep_their_state_and_closed_ones_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keep_alive, "TOUCH_S", 0.1)
    manager = StateManagerMemory(token_expiration=1)
    sockets = SimpleNamespace(token_to_sid={"open": "a socket"})
    app: Any = SimpleNamespace(state_manager=manager, event_namespace=sockets)
    kept = await manager.get_state(token("open"))
    await manager.get_state(token("closed"))
    touching = asyncio.create_task(keep_alive.keep_open_tabs(app))
    await until(lambda: token("closed").cache_key not in manager.states)
    assert manager.states[token("open").cache_key] is kept
    touching.cancel()
    await asyncio.gather(touching, return_exceptions=True)
    await manager.close()
