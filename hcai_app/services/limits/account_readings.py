"""Readings of accounts that are under way, each held once for all who wait for it."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from hcai_app.services.limits.accounts import AccountId


class AccountReadings:
    """What is read now, by account."""

    def __init__(self) -> None:
        self._running: dict[AccountId, asyncio.Task[Any]] = {}

    async def once(self, name: AccountId, read: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        """Wait for the reading that is under way, or for a new one; raises what it raises.

        Cancelling one who waits does not end it.
        """
        running = self._running.get(name)
        # One that has just ended stands here until the event loop's next turn. To wait for it
        # takes no time: whoever asked again until the account is known would never let go.
        if running is None or running.done():
            running = self._running[name] = asyncio.create_task(read())
            running.add_done_callback(lambda ended: self._end(name, ended))
        await asyncio.shield(running)

    def _end(self, name: AccountId, ended: asyncio.Task[Any]) -> None:
        if self._running.get(name) is ended:
            del self._running[name]
