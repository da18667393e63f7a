"""What a worker sees that operators should know.

The provider refuses our key, workers die, moderation hangs, a rule of fair use fires far more often
than before.
"""

import asyncio
import logging
import socket
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from hcai_app import clock
from hcai_app.db import engine
from hcai_app.db.engine import Database
from hcai_app.services.notices import notices
from hcai_app.services.notices.notices import Notice, NoticeKind

log = logging.getLogger(__name__)

EVERY_S = 30.0
# A rule fires unusually: so often in ten minutes, and so many times as often as it did before.
WINDOW_LOOKS = 20
LEAST_FIRED, TIMES_AS_OFTEN = 50, 5
REMEMBERED_WINDOWS = 144


@dataclass(frozen=True, slots=True)
class Senses:
    """Whom a watch asks."""

    refused_with: Callable[[], int | None]  # the provider's status about our account, lately
    restarts: Callable[[], Awaitable[int | None]]  # of dead workers, as the supervisor counts
    pauses: Callable[[], int]  # of the check of prompts, since the start
    fired: Callable[[], Mapping[str, int]]  # how often each rule has, in this worker


class Watch:
    """Looks on for one worker."""

    def __init__(self, database: Database, senses: Senses) -> None:
        self._database = database
        self._senses = senses
        self._restarts = 0
        self._pauses = 0
        self._looks = 0
        self._fired: dict[str, int] = {}
        self._windows: dict[str, deque[int]] = {}

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                await self.look()
            except Exception as error:
                log.warning("a notice cannot be kept: %s", engine.reason(error))

    async def look(self) -> None:
        """Look once, and tell what is new.

        Raises:
            Unavailable: When the database is away.
        """
        self._looks += 1
        found = [self._key(), await self._deaths(), self._hanging()]
        if self._looks % WINDOW_LOOKS == 0:
            found += self._rules()
        for notice in filter(None, found):
            await notices.tell(self._database, notice)

    def _key(self) -> Notice | None:
        status = self._senses.refused_with()
        if status is None:
            return None
        return Notice(
            NoticeKind.PROVIDER_KEY,
            f"The provider answers {status}: check OPENROUTER_API_KEY and its credits. Calls fail.",
            once=f"provider_key:{status}:{_hour()}",
            data={"status": status},
        )

    async def _deaths(self) -> Notice | None:
        restarts = await self._senses.restarts() or 0
        if restarts <= self._restarts:
            return None
        died, self._restarts = restarts - self._restarts, restarts
        host = socket.gethostname()
        return Notice(
            NoticeKind.WORKER,
            f"Workers died on {host} and were replaced ({died}); the log says how.",
            once=f"worker:{host}:{_hour()}",
            data={"restarts": restarts, "host": host},
        )

    def _hanging(self) -> Notice | None:
        pauses = self._senses.pauses()
        if pauses <= self._pauses:
            return None
        self._pauses = pauses
        return Notice(
            NoticeKind.MODERATION,
            "Moderation does not answer: prompts go unchecked, but for a trial now and then.",
            once=f"moderation:{_hour()}",
        )

    def _rules(self) -> list[Notice | None]:
        counts = dict(self._senses.fired())
        found = [self._rule(rule, count) for rule, count in counts.items()]
        self._fired = counts
        return found

    def _rule(self, rule: str, count: int) -> Notice | None:
        fired = count - self._fired.get(rule, 0)
        before = self._windows.setdefault(rule, deque(maxlen=REMEMBERED_WINDOWS))
        usual = sum(before) / len(before) if before else 0.0
        before.append(fired)
        if fired < max(LEAST_FIRED, TIMES_AS_OFTEN * usual):
            return None
        return Notice(
            NoticeKind.FAIR_USE,
            f"The rule {rule} fired {fired} times in ten minutes, {usual:.0f} times are usual.",
            once=f"fair_use:{rule}:{_hour()}",
            data={"rule": rule, "fired": fired},
        )


def _hour() -> int:
    return clock.floor_ms(clock.now_ms(), clock.MS_PER_HOUR)
