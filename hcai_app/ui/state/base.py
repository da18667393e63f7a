"""The base of every page's state: the caller, authenticated again at each event.

The handshake's cookie may be old, so no handler trusts a state's own vars: it asks `caller()`.
"""

import logging

import reflex as rx
from reflex.event import EventSpec

from hcai_app.errors import HcaiError, NotAuthenticated, Unavailable
from hcai_app.services.call import Caller
from hcai_app.services.live.tabs import Tab
from hcai_app.services.people import sessions
from hcai_app.ui.state import page_actions
from hcai_app.worker import context
from hcai_app.worker.context import Worker

log = logging.getLogger(__name__)

RELOAD = "window.location.reload()"


class SiteState(rx.State):
    """Whether somebody is signed in, and who."""

    is_known: bool = False  # the server has identified the visitor
    is_signed_in: bool = False
    name: str = ""
    trouble: str = ""  # why the server could not identify them
    banner: str = ""  # what an admin has to say to everybody

    async def enter(self) -> Caller | None:
        """Authenticate the visitor of the page; for `on_load` handlers.

        From now on the tab is notified of its session's end, whatever it shows.
        """
        try:
            caller = await self._open_tab()
        except Unavailable as error:
            if self.is_known:
                raise
            self.trouble = error.message
            return None
        self.is_signed_in = caller is not None
        self.name = caller.name if caller else ""
        self.is_known, self.trouble = True, ""
        return caller

    async def _open_tab(self) -> Caller | None:
        token = self.router.session.client_token
        opened = context.current()
        self.banner = opened.switches.banner if opened else ""
        rechecks = opened.tabs.rechecks if opened else 0
        caller = await self._caller()
        if opened and caller:
            opened.tabs.open(Tab(token, caller.user_id, caller.session_id), rechecks)
        elif opened:
            opened.tabs.close(token)
        return caller

    async def caller(self) -> Caller:
        """Return the caller.

        Raises:
            NotAuthenticated: When the session has ended.
        """
        session_id = sessions.cookie_of(self.router.headers.cookie)
        if session_id is None:
            raise NotAuthenticated("Your session has ended; sign in again.")
        return await serving().authentication.by_session(session_id)

    async def _caller(self) -> Caller | None:
        try:
            return await self.caller()
        except NotAuthenticated:
            return None

    @rx.event
    async def load(self) -> None:
        """Authenticate the visitor of a page that needs nothing else."""
        await self.enter()


def serving() -> Worker:
    """Return this process's worker.

    Raises:
        Unavailable: While it is starting or stopping.
    """
    opened = context.current()
    if opened is None:
        raise Unavailable(context.NOT_SERVING)
    return opened


def show_error(exception: Exception) -> EventSpec | None:
    """Show a handler's error to the user: the one edge where pages render errors."""
    if isinstance(exception, NotAuthenticated):
        return page_actions.run(RELOAD)
    if isinstance(exception, HcaiError):
        return page_actions.failure(exception.message)
    log.error("a page's handler failed", exc_info=exception)
    return page_actions.failure("Something broke on our side. Try again; it is not you.")
