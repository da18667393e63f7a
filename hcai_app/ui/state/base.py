"""The base of every page's state: the caller, authenticated again at each event.

The handshake's cookie may be old, so no handler trusts a state's own vars: it asks `caller()`.
"""

import logging
from urllib.parse import quote

import reflex as rx
from reflex.event import EventSpec

from hcai_app import clock, formatting, hashing
from hcai_app.errors import HcaiError, NotAuthenticated, Unavailable
from hcai_app.services.call import Caller
from hcai_app.services.limits import period
from hcai_app.services.live.tabs import Tab
from hcai_app.services.people import sessions
from hcai_app.services.usage import spending
from hcai_app.ui.state import page_actions
from hcai_app.worker import context
from hcai_app.worker.context import Worker

log = logging.getLogger(__name__)

SIGN_IN = "/auth/login"
TAG_HEX = 16
RELOAD = "window.location.reload()"
# From this share on a budget is nearly spent.
NEAR_PERCENT = 80


class SiteState(rx.State):
    """Whether somebody is signed in, and who."""

    is_known: bool = False  # the server has identified the visitor
    is_signed_in: bool = False
    name: str = ""
    tag: str = ""  # tells one visitor of a browser from the next, and opens nothing
    way_back: str = SIGN_IN  # and back to where the visitor is
    trouble: str = ""  # why the server could not identify them
    budget_note: str = ""  # that the budget is nearly spent, or is
    budget_resets_ms: int = 0
    banner: str = ""  # what an admin has to say to everybody

    async def enter(self) -> Caller | None:
        """Authenticate the visitor of the page; for `on_load` handlers.

        From now on the tab is notified of its session's end, whatever it shows.
        """
        path = str(self.router.url.path)
        query = f"?{self.router.url.query}" if self.router.url.query else ""
        self.way_back = SIGN_IN if path == "/" else f"{SIGN_IN}?to={quote(path + query, safe='')}"
        try:
            caller = await self._open_tab()
        except Unavailable as error:
            if self.is_known:
                raise
            self.trouble = error.message
            return None
        self.is_signed_in = caller is not None
        self.name = caller.name if caller else ""
        self.tag = _tag(caller.user_id) if caller else ""
        self.is_known, self.trouble = True, ""
        await self._note_budget(caller)
        return caller

    async def _note_budget(self, caller: Caller | None) -> None:
        """Say on the page that the budget is nearly spent, or is."""
        opened = context.current()
        self.budget_note, self.budget_resets_ms = "", 0
        if caller is None or opened is None:
            return
        try:
            spent = await spending.in_period(opened.database, caller.user_id)
        except Unavailable:  # no page waits for it
            return
        self.budget_note = budget_note(spent, opened.budget.limit_of(caller))
        if self.budget_note:
            self.budget_resets_ms = period.budget_period(clock.now_ms()).end_ms

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


def budget_note(spent: int, limit: int) -> str:
    """Return what a page says of a budget that is nearly spent, or is; else nothing."""
    whole = formatting.usd_short(limit)
    if spent >= limit:
        return f"{period.POSSESSIVE} budget of {whole} is spent."
    if spent * 100 >= limit * NEAR_PERCENT:
        return f"{formatting.percent(spent, limit)} of {period.THIS}'s {whole} is spent."
    return ""


def _tag(user_id: str) -> str:
    secret_key = serving().settings.secret_key.get_secret_value()
    return hashing.keyed_hash(user_id, secret_key, b"visitor")[:TAG_HEX]


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
