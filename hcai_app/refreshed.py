"""A cache of one value with background refresh and single-flight fetching.

A fetch is a task of its own, which the cancellation of a waiting caller does not cancel.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Generic, TypeVar

from hcai_app.errors import HcaiError, Unavailable

log = logging.getLogger(__name__)

T = TypeVar("T")


class Stale(Enum):
    """When a value past its time is still returned."""

    AT_ONCE = "while a newer one is fetched, and for as long as that fails"
    ON_FAILURE = "once fetching a newer one has failed"
    NEVER = "never"


class Refreshed(Generic[T]):
    """One cached value; `name` stands in the log and in errors."""

    def __init__(
        self,
        name: str,
        fetch: Callable[[], Awaitable[T]],
        *,
        fresh_s: float,
        retry_s: float = 0.0,
        patience_s: float | None = None,
        stale: Stale = Stale.AT_ONCE,
    ) -> None:
        """Cache what `fetch` returns for `fresh_s`.

        Args:
            name: What is cached, in words.
            fetch: Gets a new value.
            fresh_s: How long a value needs no refresh.
            retry_s: How long after a failure nothing is fetched.
            patience_s: How long a caller waits for a fetch; None: until it ends.
            stale: When an old value is returned.
        """
        self._name = name
        self._fetch = fetch
        self._fresh_s = fresh_s
        self._retry_s = retry_s
        self._patience_s = patience_s
        self._stale = stale
        self._fetched_at = float("-inf")
        self._retry_at = float("-inf")
        self._fetching: asyncio.Task[T | None] | None = None
        self._failure: Exception | None = None
        self.value: T | None = None

    @property
    def age_s(self) -> float | None:
        """Age of the cached value in seconds; None before the first fetch."""
        return None if self.value is None else time.monotonic() - self._fetched_at

    async def get(self) -> T:
        """Return the value.

        Raises:
            Unavailable: When there is none; the fetch's own, if it raised one.
        """
        value = await self.find()
        if value is not None:
            return value
        if isinstance(self._failure, Unavailable):
            raise self._failure
        raise Unavailable(f"The {self._name} is not there yet; try again in a moment.", 5)

    async def find(self) -> T | None:
        """Return the value; None when there is none."""
        self.refresh_if_stale()
        is_enough = self._fetching is None or self._stale is Stale.AT_ONCE
        if self.value is not None and is_enough:
            return self.value
        found = await self._fetched()
        return self.value if found is None and self._stale is Stale.ON_FAILURE else found

    async def renew(self) -> T | None:
        """Fetch and return a new value, however old the cached one is; None when that fails."""
        self._start()
        return await self._fetched()

    def refresh_if_stale(self) -> None:
        """Start a fetch in the background when the value is old."""
        now = time.monotonic()
        if now - self._fetched_at >= self._fresh_s and now >= self._retry_at:
            self._start()

    def _start(self) -> None:
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._refresh(), name=self._name)

    async def _fetched(self) -> T | None:
        """Return what the fetch under way brings; None when it fails or takes too long."""
        fetching = self._fetching
        if fetching is None:
            return None
        done, _ = await asyncio.wait({fetching}, timeout=self._patience_s)
        return fetching.result() if done else None

    async def _refresh(self) -> T | None:
        try:
            self.value, self._failure = await self._fetch(), None
            self._fetched_at = time.monotonic()
            return self.value
        except Exception as error:  # whatever was sent: the cached value must outlive it
            reason = error.message if isinstance(error, HcaiError) else type(error).__name__
            log.warning("the %s is not refreshed: %s", self._name, reason)
            self._failure = error
            self.value = None if self._stale is Stale.NEVER else self.value
            self._retry_at = time.monotonic() + self._retry_s
            return None
        finally:
            self._fetching = None
