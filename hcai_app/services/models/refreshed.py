"""A copy of something that the provider publishes.

Fresh for five minutes, then fetched anew by one request at a time while the old one serves on, for
as long as the provider is down. Whoever asks first waits a moment and no longer: nothing piles up.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from hcai_app.errors import HcaiError, Unavailable

log = logging.getLogger(__name__)

FRESH_S = 300.0
# After a failure the provider is asked again so soon, and only when somebody wants the copy.
RETRY_S = 5.0
# How long somebody waits for a first copy: a client of OpenRouter's gives up after five seconds.
PATIENCE_S = 3.0

T = TypeVar("T")


class Refreshed(Generic[T]):
    """The copy that one worker holds; `name` is how the log and the caller hear of it."""

    def __init__(self, name: str, fetch: Callable[[], Awaitable[T]]) -> None:
        self._name = name
        self._fetch = fetch
        self._fetched_at = float("-inf")
        self._retry_at = float("-inf")
        self._refreshing: asyncio.Task[None] | None = None
        self.value: T | None = None

    @property
    def age_s(self) -> float | None:
        """How many seconds ago it was fetched; None when it never was."""
        return None if self.value is None else time.monotonic() - self._fetched_at

    async def get(self) -> T:
        """Return the copy, however old.

        Raises:
            Unavailable: When the provider has never given one.
        """
        self.refresh_if_stale()
        if self.value is None and self._refreshing is not None:
            await asyncio.wait({self._refreshing}, timeout=PATIENCE_S)
        if self.value is None:
            raise Unavailable(f"The {self._name} is not there yet; try again in a moment.", 5)
        return self.value

    def refresh_if_stale(self) -> None:
        """Start a refresh in the background when the copy is old and none is under way."""
        now = time.monotonic()
        is_due = now - self._fetched_at >= FRESH_S and now >= self._retry_at
        if is_due and self._refreshing is None:
            self._refreshing = asyncio.create_task(self._refresh(), name=self._name)

    async def _refresh(self) -> None:
        try:
            self.value = await self._fetch()
            self._fetched_at = time.monotonic()
        except Exception as error:  # whatever the provider sent: the copy must outlive it
            reason = error.message if isinstance(error, HcaiError) else type(error).__name__
            log.warning("the %s stays as it was: %s", self._name, reason)
            self._retry_at = time.monotonic() + RETRY_S
        finally:
            self._refreshing = None
