"""Signs out the tabs of sessions that have ended, whatever they show."""

import asyncio
import logging
from collections.abc import Collection

import reflex as rx

from hcai_app.edge.reflex_internals import sockets
from hcai_app.services.live.tabs import Tab, Tabs
from hcai_app.services.ops import revocation
from hcai_app.ui.state import page_actions
from hcai_app.ui.state.base import RELOAD, SiteState, serving

log = logging.getLogger(__name__)

# Seconds: nobody waits longer for a tab to forget; it reloads all the same.
FORGET_S = 1.0
# By then a tab that is signing out has gone where that leads; a reload would hold it back.
LEAVE = f"setTimeout(() => {RELOAD}, 500)"


class SessionWatch:
    """Rechecks sessions, and signs out tabs of one worker."""

    def __init__(self, app: rx.App, tabs: Tabs) -> None:
        self._app = app
        self._tabs = tabs

    async def end_signed_out(self, tabs: Collection[Tab]) -> set[str]:
        """Sign out the tabs whose session has ended; return their tokens.

        Raises:
            Unavailable: When the database is away.
        """
        if not tabs:
            return set()
        found = await revocation.ended(serving().database, {tab.user_id for tab in tabs})
        ended = {
            tab.token for tab in tabs if tab.session_id not in found[tab.user_id].open_sessions
        }
        await asyncio.gather(*(self._sign_out(token) for token in ended))
        return ended

    async def reload(self, token: str, script: str = RELOAD) -> None:
        """Reload a tab's page."""
        self._tabs.unwatch(token)
        await sockets.run_in_tab(self._app, token, page_actions.run(script))

    async def _sign_out(self, token: str) -> None:
        if not self._tabs.close(token):  # it is signed out already
            return
        try:
            async with asyncio.timeout(FORGET_S):
                await self._forget(token)
        except Exception as error:  # its state cannot be reached; the reload finds it signed out
            log.warning("a tab that was signed out is not emptied: %s", type(error).__name__)
        await self.reload(token, LEAVE)

    async def _forget(self, token: str) -> None:
        """Clear a tab's state, in the store too."""
        whole = rx.BaseStateToken(ident=token, cls=SiteState)
        async with self._app.modify_state(whole) as root:
            site = await root.get_state(SiteState)
            site.reset()
            site.is_known = True
