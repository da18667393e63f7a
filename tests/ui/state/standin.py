"""Reflex' app as the live push uses it, without sockets: states of tabs, and what tabs are sent."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import SimpleNamespace
from typing import Any

import reflex as rx

from tests.ui.state.tabs import Tab


class StandIn:
    """An app with these tabs open, by token."""

    namespace = "/_event"

    def __init__(self, **tabs: Tab) -> None:
        self.roots: dict[str, rx.State] = {token: tab.root for token, tab in tabs.items()}
        self.token_to_sid = {token: token for token in tabs}
        self.sio = SimpleNamespace(
            manager=SimpleNamespace(eio_sid_from_sid=lambda sid, _namespace: sid),
            eio=SimpleNamespace(sockets={}),
        )
        self.events: dict[str, list[str]] = {}  # by token
        self.fault: Exception | None = None  # of the store
        self.locks = {token: asyncio.Lock() for token in tabs}

    @property
    def event_namespace(self) -> "StandIn":
        return self

    @asynccontextmanager
    async def modify_state(self, token: Any) -> AsyncIterator[rx.State]:
        async with self.locks[token.ident]:
            if self.fault is not None:
                raise self.fault
            yield self.roots[token.ident]

    async def emit_update(self, update: Any, token: str) -> None:
        self.events.setdefault(token, []).append(str(update.events))

    def reloads(self, token: str) -> int:
        """How often a tab was told to reload."""
        return sum("location.reload" in event for event in self.events.get(token, []))


@contextmanager
def running(*work: Callable[[], Any]) -> Iterator[None]:
    """Let loops run beside the test."""
    tasks = [asyncio.ensure_future(one()) for one in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()


async def until(is_true: Callable[[], Any], seconds: float = 5.0) -> None:
    """Wait until something becomes true."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not is_true() and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    assert is_true()
