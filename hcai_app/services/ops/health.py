"""Health checks of a worker's dependencies: database, Redis, provider.

Each is asked every few seconds in the background, one question at a time, so that whoever wants to
know (`/up`, `/metrics`) waits for nobody. The provider is not asked while calls show that it is
there.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from hcai_app import clock
from hcai_app.services.call import LedgerEntry, Outcome

log = logging.getLogger(__name__)

EVERY_S = 3.0
# After a look that found nothing, to tell an outage from a hiccup and to see its end soon.
AGAIN_S = 1.0
# Who has said nothing for so long counts as away at once.
SILENCE_S = 3.0
LOOKS = 2
# So many calls in a row that the provider failed, the latest not long ago: it is there, but ill.
FAILED_CALLS = 5
FAILED_FOR_S = 30.0
COMPLETED, FAILED = Outcome.COMPLETED.value, Outcome.UPSTREAM_ERROR.value

Ask = Callable[[], Awaitable[bool]]


class DependencyHealth:
    """One thing that the worker depends on."""

    def __init__(self, name: str, ask: Ask, *, is_told: bool = True) -> None:
        """Watch nothing yet; with `is_told=False` somebody else logs its changes."""
        self.name = name
        self._ask = ask
        self._is_told = is_told
        self._failed_looks = 0
        self.is_up: bool | None = None  # None: not known yet
        self.changed_at = time.monotonic()
        self.seen_at_ms = clock.now_ms()

    @property
    def state(self) -> str:
        """The state in a word."""
        if self.is_up is None:
            return "unknown"
        return "up" if self.is_up else "down"

    def down_for_s(self) -> float:
        """Return for how long it has been away; 0 when it is there."""
        return time.monotonic() - self.changed_at if self.is_up is False else 0.0

    async def run(self) -> None:
        """Probe every few seconds until cancelled."""
        while True:
            await self._look()
            await asyncio.sleep(AGAIN_S if self._failed_looks else EVERY_S)

    async def _look(self) -> None:
        """Ask, and wait for the answer even if it comes too late: questions must not pile up."""
        asking = asyncio.ensure_future(self._answer())
        try:
            await asyncio.wait({asking}, timeout=SILENCE_S)
            self._judge(found=asking.done() and asking.result(), is_silent=not asking.done())
            await asking
        finally:
            asking.cancel()

    async def _answer(self) -> bool:
        try:
            return await self._ask()
        except Exception as error:
            log.warning("the %s cannot be looked at: %s", self.name, type(error).__name__)
            return False

    def _judge(self, *, found: bool, is_silent: bool = False) -> None:
        self.seen_at_ms = clock.now_ms()
        self._failed_looks = 0 if found else self._failed_looks + 1
        if found:
            self._set(is_up=True)
        elif is_silent or self._failed_looks >= LOOKS:
            self._set(is_up=False)

    def _set(self, *, is_up: bool) -> None:
        if is_up is not self.is_up:
            if self.is_up is not None and self._is_told:
                log.warning("the %s is %s", self.name, "back" if is_up else "away")
            self.is_up, self.changed_at = is_up, time.monotonic()


class ProviderHealth(DependencyHealth):
    """Provider health, from probes and from finished calls."""

    def __init__(self, ask: Ask) -> None:
        super().__init__("provider", ask)
        self._answered_at = float("-inf")
        self._failed_calls = 0
        self._failed_at = float("-inf")

    @property
    def state(self) -> str:
        """The state in a word; `failing`: it is there, but the latest calls all failed."""
        is_recent = time.monotonic() - self._failed_at < FAILED_FOR_S
        if self.is_up and is_recent and self._failed_calls >= FAILED_CALLS:
            return "failing"
        return super().state

    def hear(self, entries: list[LedgerEntry]) -> None:
        """Learn from finished calls."""
        now = time.monotonic()
        for entry in entries:
            if entry.outcome == COMPLETED:
                self._failed_calls, self._answered_at = 0, now
            elif entry.outcome == FAILED:
                self._failed_calls, self._failed_at = self._failed_calls + 1, now

    async def _look(self) -> None:
        if time.monotonic() - self._answered_at < EVERY_S:
            self._judge(found=True)
        else:
            await super()._look()

    def _judge(self, *, found: bool, is_silent: bool = False) -> None:
        if found and self._failed_looks:
            self._failed_calls = 0  # they failed for an outage that is over
        super()._judge(found=found, is_silent=is_silent)


@dataclass(frozen=True, slots=True)
class Health:
    """Everything that one worker keeps an eye on."""

    database: DependencyHealth
    provider: ProviderHealth
    redis: DependencyHealth | None  # None: not used

    @property
    def all(self) -> list[DependencyHealth]:
        """What is watched."""
        return [self.database, self.provider, *([self.redis] if self.redis else [])]
