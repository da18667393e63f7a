"""The tick: once in a while each worker shows its watching tabs what is new.

A round has the review look at who is still signed in, reads one snapshot a user, and shows it to
the user's tabs in small batches. Rounds come at most four times a second, and rarer the more they
cost.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import reflex as rx
from redis.exceptions import RedisError

from hcai_app import clock
from hcai_app.errors import HcaiError
from hcai_app.services.limits.period import budget_period
from hcai_app.services.live.watching import Due, Live, Tab
from hcai_app.ui.state.base import serving
from hcai_app.ui.state.loop_time import Meter
from hcai_app.ui.state.session_watch import Reviewer, happens, sockets_of

log = logging.getLogger(__name__)

SHORTEST_S = 0.25
# Rounds may take a tenth of the worker's time, until tabs would wait too long.
SHARE = 10
LONGEST_S, LONGEST_PER_TAB_S = 0.6, 0.002
# What a push costs after it was handed over: it is encoded and sent.
SENDING = 1.5
LOOK_S = 1.0  # closed tabs are forgotten, and the period looked at, even when nobody calls
# Calls wait behind what is done in one go: a user is read at a time, and two tabs are pushed.
BATCH = 2
# A batch that takes longer goes on by itself, and its tabs are left alone until it is done.
BATCH_S = 0.25
PUSH_S = 10.0
# Who is not read by then is read in the next round: one that hangs does not stop the others.
READ_S = 5.0
# After a batch the loop belongs to others for so many times as long.
REST = 3
# So many unsent updates, and a tab is not sent more: its line is slow, or it sleeps.
MOST_UNSENT = 3
RETRY_S = 1.0


@dataclass(frozen=True, slots=True)
class Page:
    """The page that is kept up to date: where it is, how it is read and shown."""

    path: str
    state: type[rx.State]
    read: Callable[[str, frozenset[Any], int | None], Awaitable[Any]]
    show: Callable[[Any, Any], None]


@asynccontextmanager
async def ticking(app: rx.App, page: Page) -> AsyncGenerator[None]:
    """Keep this worker's tabs up to date; registered with Reflex after the worker itself."""
    ticker = Ticker(app, page, serving().live)
    tasks = [asyncio.create_task(ticker.push(), name="live: pushing")]
    try:
        yield
    finally:
        tasks += ticker.pushing.values()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Ticker:
    """One worker's tick."""

    def __init__(self, app: rx.App, page: Page, live: Live) -> None:
        self._app = app
        self._page = page
        self._live = live
        self._period_ms = budget_period(clock.now_ms()).start_ms
        self._meter = Meter()
        self._sockets = sockets_of(app)
        self._reviewer = Reviewer(app)
        self.pushing: dict[str, asyncio.Task[None]] = {}

    async def push(self) -> None:
        """Hold rounds, for ever."""
        while True:
            await happens(self._live.has_news, LOOK_S)
            self._look_at_the_period()
            self._meter = Meter()
            try:
                await self._round()
            except HcaiError as error:  # the database is away
                log.debug("live figures are not shown: %s", error.message)
                await asyncio.sleep(RETRY_S)
            except Exception:
                log.exception("a round of live figures failed")
            await asyncio.sleep(pause_s(self._meter.spent_s, len(self._live)))

    def _look_at_the_period(self) -> None:
        """When a budget resets, everybody's figures change, though nobody has called."""
        start_ms = budget_period(clock.now_ms()).start_ms
        if start_ms != self._period_ms:
            self._period_ms = start_ms
            self._live.touch_all(start_ms)

    async def _round(self) -> None:
        waiting = {due.tab.token: due for due in self._take_ready()}
        try:
            for token in await self._reviewer.end_signed_out([due.tab for due in waiting.values()]):
                del waiting[token]
            for of_user in _by_user(waiting.values()):
                for batch in _parts(await self._read(of_user), BATCH):
                    for due, _ in batch:
                        del waiting[due.tab.token]
                    await self._push_batch(batch)
        finally:
            for due in waiting.values():  # a round that failed
                self._live.miss(due)

    def _take_ready(self) -> list[Due]:
        """Take the open tabs that something is due to, and that can be sent something."""
        sids = self._sockets.token_to_sid
        self._live.keep(sids)
        ready: list[Due] = []
        for due in self._live.take_due():
            if due.tab.token in self.pushing or self._unsent(sids[due.tab.token]) > MOST_UNSENT:
                self._live.miss(due)
            else:
                ready.append(due)
        return ready

    def _unsent(self, sid: str) -> int:
        server: Any = self._app.sio
        connection = server.manager.eio_sid_from_sid(sid, self._sockets.namespace)
        socket = server.eio.sockets.get(connection)
        return socket.queue.qsize() if socket else 0

    async def _read(self, of_user: list[Due]) -> list[tuple[Due, Any]]:
        views = frozenset((due.tab.range, due.tab.group) for due in of_user)
        since_ms = min(due.since_ms for due in of_user)
        read = self._page.read(of_user[0].tab.user_id, views, since_ms)
        try:
            async with asyncio.timeout(READ_S):
                snapshot = await self._meter.over(_awaiting(read))
        except TimeoutError:
            log.debug("live figures are not read in time")
            return []
        return [(due, snapshot) for due in of_user]

    async def _push_batch(self, batch: Sequence[tuple[Due, Any]]) -> None:
        before_s = self._meter.spent_s
        tasks = [self._start(due, snapshot) for due, snapshot in batch]
        await asyncio.wait(tasks, timeout=BATCH_S)
        await asyncio.sleep((self._meter.spent_s - before_s) * REST)

    def _start(self, due: Due, snapshot: Any) -> asyncio.Task[None]:
        token = due.tab.token
        task = asyncio.create_task(self._push(due, snapshot), name=f"live: {token}")
        self.pushing[token] = task
        task.add_done_callback(lambda _task: self.pushing.pop(token, None))
        return task

    async def _push(self, due: Due, snapshot: Any) -> None:
        try:
            async with asyncio.timeout(PUSH_S):
                await self._meter.over(self._show(due.tab, snapshot))
        except (RedisError, OSError) as error:  # where its state is kept is away, or too slow
            log.debug("a tab is not shown its figures: %s", type(error).__name__)
            self._live.miss(due)
        except Exception:  # one broken tab must not stop the others
            log.exception("a tab cannot be shown its figures, and reloads")
            await self._reviewer.reload(due.tab.token)

    async def _show(self, tab: Tab, snapshot: Any) -> None:
        token = rx.BaseStateToken(ident=tab.token, cls=self._page.state)
        is_gone = False
        async with self._app.modify_state(token) as root:
            if not self._live.is_current(tab):  # while we waited for it
                return
            state = await root.get_state(self._page.state)
            is_gone = not state.router.url
            if state.router.url.path.rstrip("/") == self._page.path:
                self._page.show(state, snapshot)
            else:
                self._live.leave(tab.token)  # it shows another page now
        if is_gone:  # the store has forgotten the tab's state
            await self._reviewer.reload(tab.token)


def pause_s(spent_s: float, tabs: int) -> float:
    """Return how long to wait after a round that took so long."""
    longest_s = LONGEST_S + LONGEST_PER_TAB_S * tabs
    return min(max(SHARE * SENDING * spent_s, SHORTEST_S), longest_s)


async def _awaiting(something: Awaitable[Any]) -> Any:
    return await something


def _by_user(due: Iterable[Due]) -> list[list[Due]]:
    users: dict[str, list[Due]] = {}
    for one in due:
        users.setdefault(one.tab.user_id, []).append(one)
    return list(users.values())


def _parts(whole: Sequence[Any], size: int) -> list[Any]:
    return [whole[start : start + size] for start in range(0, len(whole), size)]
