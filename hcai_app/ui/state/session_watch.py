"""The review: the tabs of a session that has ended go dark, whatever they show.

It looks when something about a user has changed, and at the tabs that are about to be shown
figures; otherwise an open tab costs nothing.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import reflex as rx
from reflex.event import Event
from reflex.state import StateUpdate

from hcai_app.errors import HcaiError
from hcai_app.services.live.tabs import Seat
from hcai_app.services.ops import revocation
from hcai_app.ui.state.base import RELOAD, SiteState, serving

log = logging.getLogger(__name__)

LOOK_S = 1.0  # closed tabs are forgotten even when nobody's session ends
RETRY_S = 1.0
# Longer than this nobody waits for a tab to forget: it reloads all the same.
FORGET_S = 1.0
# By then a tab that is signing out has gone where that leads; a reload would hold it back.
LEAVE = f"setTimeout(() => {RELOAD}, 500)"


@asynccontextmanager
async def reviewing(app: rx.App) -> AsyncGenerator[None]:
    """Darken this worker's tabs; registered with Reflex after the worker itself."""
    task = asyncio.create_task(Reviewer(app).run(), name="live: reviewing")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class Reviewer:
    """One worker's review."""

    def __init__(self, app: rx.App) -> None:
        self._app = app
        self._present = serving().present
        self._sockets = sockets_of(app)

    async def run(self) -> None:
        """Look again at the sessions of users that have changed, for ever."""
        while True:
            await happens(self._present.has_doubts, LOOK_S)
            self._present.keep(self._sockets.token_to_sid)
            seats = self._present.take_doubted()
            try:
                await self.end_signed_out(seats)
            except Exception as error:
                if not isinstance(error, HcaiError):
                    log.exception("sessions could not be reviewed")
                for seat in seats:
                    self._present.doubt(seat.user_id)
                await asyncio.sleep(RETRY_S)

    async def end_signed_out(self, seats: Iterable[Seat]) -> set[str]:
        """Darken the tabs of ended sessions; return their tokens."""
        seats = list(seats)
        if not seats:
            return set()
        found = await revocation.ended(serving().database, {seat.user_id for seat in seats})
        is_open = {name for user in found.values() for name in user.open_sessions}
        ended = {seat.token for seat in seats if seat.session_id not in is_open}
        await asyncio.gather(*(self._darken(token) for token in ended))
        return ended

    async def reload(self, token: str, script: str = RELOAD) -> None:
        """Have a tab start anew."""
        serving().live.leave(token)
        event = Event.from_event_type(rx.call_script(script))
        await self._sockets.emit_update(StateUpdate(events=event), token=token)

    async def _darken(self, token: str) -> None:
        serving().live.leave(token)
        if not self._present.leave(token):  # it is dark already
            return
        try:
            async with asyncio.timeout(FORGET_S):
                await self._forget(token)
        except Exception as error:  # its state cannot be reached; the reload finds it signed out
            log.warning("a tab that was signed out is not emptied: %s", type(error).__name__)
        await self.reload(token, LEAVE)

    async def _forget(self, token: str) -> None:
        """Empty a tab's state: what it showed goes, and no store keeps it."""
        whole = rx.BaseStateToken(ident=token, cls=SiteState)
        async with self._app.modify_state(whole) as root:
            site = await root.get_state(SiteState)
            site.reset()
            site.is_known = True


def sockets_of(app: rx.App) -> Any:
    """Return what knows an app's open tabs."""
    sockets = app.event_namespace
    assert sockets is not None, "the app has no pages with a state"  # noqa: S101
    return sockets


async def happens(event: asyncio.Event, seconds: float) -> None:
    """Wait until something happens, but no longer than so."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
