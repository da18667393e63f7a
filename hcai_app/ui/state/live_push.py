"""The live push: each worker's one loop that keeps its open tabs true.

As soon as a user has changed it looks up their sessions again, and signs out the tabs of those that
have ended. What is due to the tabs that watch figures it pushes in rounds: a round reads one
snapshot a user and page, and shows it to the user's tabs in small batches. Rounds come at most four
times a second, and rarer the more they cost.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import reflex as rx
from redis.exceptions import RedisError

from hcai_app import clock
from hcai_app.edge.reflex_internals import sockets
from hcai_app.errors import HcaiError
from hcai_app.services.limits.period import budget_period
from hcai_app.services.live.tabs import Due, Tab, Tabs
from hcai_app.ui.state.loop_time import Meter
from hcai_app.ui.state.session_watch import SessionWatch
from hcai_app.worker import context

log = logging.getLogger(__name__)

# Seconds: at most four rounds a second. A batch that takes longer goes on by itself, and its tabs
# are left alone until it is done.
TICK_S = 0.25
# Times what a round took: so rounds take a tenth of the worker's time, since what was pushed is
# encoded and sent afterwards, which costs half of it again.
PAUSE = 15
# Seconds, and those for each watching tab: nobody waits longer for the next round.
LONGEST_S, LONGEST_PER_TAB_S = 0.6, 0.002
# Seconds: closed tabs are forgotten, and the period looked at, even when nobody calls. After a
# failure the next attempt comes then.
LOOK_S = 1.0
# Tabs in a batch, and times what it took that others have the loop afterwards: calls wait behind
# what is done in one go.
BATCH, REST = 2, 3
# Seconds for a read or a push: one that hangs does not stop the others, and is tried again.
TIMEOUT_S = 5.0
# Unsent updates of a tab that is sent no more for now: its line is slow, or it sleeps.
MOST_UNSENT = 3


@dataclass(frozen=True, slots=True)
class Page:
    """A live page: its path, how it is read for a user's views of it, and shown."""

    path: str
    state: type[rx.State]
    read: Callable[[str, frozenset[Any], int | None], Awaitable[Any]]
    show: Callable[[Any, Any], None]


@asynccontextmanager
async def pushing(app: rx.App, pages: Sequence[Page]) -> AsyncGenerator[None]:
    """Keep this worker's tabs up to date; registered with Reflex after the worker itself."""
    opened = context.opened()
    push = LivePush(app, pages, opened.tabs if opened else Tabs())
    task = asyncio.create_task(push.run(), name="live: push")
    try:
        yield
    finally:
        tasks = [task, *push.tasks]
        for one in tasks:
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class LivePush:
    """One worker's loop."""

    def __init__(self, app: rx.App, pages: Sequence[Page], tabs: Tabs) -> None:
        self._app = app
        self._pages = {page.path: page for page in pages}
        self._tabs = tabs
        self._sessions = SessionWatch(app, tabs)
        self._period_ms = budget_period(clock.now_ms()).start_ms
        self._round: asyncio.Task[None] | None = None  # its pause included
        self.batches: dict[str, asyncio.Task[None]] = {}  # what each tab is being shown

    @property
    def tasks(self) -> list[asyncio.Task[None]]:
        """The running tasks: the round, and the pushes."""
        return [*([self._round] if self._round else []), *self.batches.values()]

    async def run(self) -> None:
        """Recheck sessions at once, and hold one round after the other; does not end."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._tabs.has_news.wait(), LOOK_S)
            self._tabs.has_news.clear()
            self._check_period()
            try:
                await self._recheck_tabs()
            except Exception as error:
                if not isinstance(error, HcaiError):  # the database is away
                    log.exception("sessions could not be rechecked")
                await asyncio.sleep(LOOK_S)

    def _check_period(self) -> None:
        """Mark all tabs as due when a period begins: figures reset without any call."""
        start_ms = budget_period(clock.now_ms()).start_ms
        if start_ms != self._period_ms:
            self._period_ms = start_ms
            self._tabs.touch_all(start_ms)

    async def _recheck_tabs(self) -> None:
        """Sign out the tabs whose session has ended; start a round unless one is running."""
        self._tabs.keep(sockets.open_tabs(self._app))
        is_free = self._round is None or self._round.done()
        rechecks, due = self._tabs.take_rechecks(), self._take_ready() if is_free else []
        try:
            ended = await self._sessions.end_signed_out([*rechecks, *(one.tab for one in due)])
        except Exception:
            for tab in rechecks:
                self._tabs.recheck(tab.user_id)
            for one in due:
                self._tabs.miss(one)
            raise
        if is_free:
            lit = [one for one in due if one.tab.token not in ended]
            self._round = asyncio.create_task(self._hold_round(lit), name="live: round")

    def _take_ready(self) -> list[Due]:
        """Take the tabs that are due and can receive an update."""
        sids = sockets.open_tabs(self._app)
        ready: list[Due] = []
        for due in self._tabs.take_due():
            token = due.tab.token
            unsent = sockets.unsent_updates(self._app, sids[token])
            if token in self.batches or unsent > MOST_UNSENT:
                self._tabs.miss(due)
            else:
                ready.append(due)
        return ready

    async def _hold_round(self, due: list[Due]) -> None:
        meter = Meter()
        try:
            await self._push_all(due, meter)
        except HcaiError as error:  # the database is away
            log.debug("live figures are not shown: %s", error.message)
            await asyncio.sleep(LOOK_S)
        except Exception:
            log.exception("a round of live figures failed")
        await asyncio.sleep(pause_s(meter.spent_s, self._tabs.watching))
        if self._tabs.has_due:  # meanwhile: the loop was not free
            self._tabs.has_news.set()

    async def _push_all(self, due: list[Due], meter: Meter) -> None:
        waiting = {one.tab.token: one for one in due}
        try:
            for of_user in _by_user_and_page(due):
                snapshot = await self._read(of_user, meter)
                for batch in _parts(of_user if snapshot is not None else [], BATCH):
                    for one in batch:
                        del waiting[one.tab.token]
                    await self._push_batch(batch, snapshot, meter)
        finally:
            for one in waiting.values():  # not read, or in a round that failed
                self._tabs.miss(one)

    async def _read(self, of_user: list[Due], meter: Meter) -> Any:
        """Read what a user's tabs show of a page; None when that takes too long."""
        views = frozenset(due.tab.view for due in of_user)
        since_ms = min(due.since_ms for due in of_user)
        tab = of_user[0].tab
        read = self._pages[tab.page].read(tab.user_id, views, since_ms)
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await meter.over(_awaiting(read))
        except TimeoutError:
            log.debug("live figures are not read in time")
            return None

    async def _push_batch(self, batch: Sequence[Due], snapshot: Any, meter: Meter) -> None:
        before_s = meter.spent_s
        tasks = [self._start(due, snapshot, meter) for due in batch]
        await asyncio.wait(tasks, timeout=TICK_S)
        await asyncio.sleep((meter.spent_s - before_s) * REST)

    def _start(self, due: Due, snapshot: Any, meter: Meter) -> asyncio.Task[None]:
        token = due.tab.token
        task = asyncio.create_task(self._push(due, snapshot, meter), name=f"live: {token}")
        self.batches[token] = task
        task.add_done_callback(lambda _task: self.batches.pop(token, None))
        return task

    async def _push(self, due: Due, snapshot: Any, meter: Meter) -> None:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await meter.over(self._show(due.tab, snapshot))
        except (RedisError, OSError) as error:  # where its state is kept is away, or too slow
            log.debug("a tab is not shown its figures: %s", type(error).__name__)
            self._tabs.miss(due)
        except Exception:  # one broken tab must not stop the others
            log.exception("a tab cannot be shown its figures, and reloads")
            await self._sessions.reload(due.tab.token)

    async def _show(self, tab: Tab, snapshot: Any) -> None:
        page = self._pages[tab.page]
        token = rx.BaseStateToken(ident=tab.token, cls=page.state)
        is_gone = False
        async with self._app.modify_state(token) as root:
            if not self._tabs.is_current(tab):  # while we waited for it
                return
            state = await root.get_state(page.state)
            is_gone = not state.router.url
            if state.router.url.path.rstrip("/") == page.path:
                page.show(state, snapshot)
            else:
                self._tabs.unwatch(tab.token)  # it shows another page now
        if is_gone:  # the store has forgotten the tab's state
            await self._sessions.reload(tab.token)


def pause_s(spent_s: float, tabs: int) -> float:
    """Return the pause after a round of that length, in seconds."""
    longest_s = LONGEST_S + LONGEST_PER_TAB_S * tabs
    return min(max(PAUSE * spent_s, TICK_S), longest_s)


async def _awaiting(something: Awaitable[Any]) -> Any:
    return await something


def _by_user_and_page(due: Iterable[Due]) -> list[list[Due]]:
    groups: dict[tuple[str, str], list[Due]] = {}
    for one in due:
        groups.setdefault((one.tab.user_id, one.tab.page), []).append(one)
    return list(groups.values())


def _parts(whole: Sequence[Due], size: int) -> list[Sequence[Due]]:
    return [whole[start : start + size] for start in range(0, len(whole), size)]
