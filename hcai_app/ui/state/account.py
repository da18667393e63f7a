"""State of /account: stored data, sign-out, deletion."""

from collections.abc import Iterator
from contextlib import contextmanager

import reflex as rx
from reflex.event import EventSpec

from hcai_app import clock, formatting
from hcai_app.errors import HcaiError, InvalidRequest, Unavailable
from hcai_app.services.account import deletion, export
from hcai_app.services.account.export import AccountExport, Profile
from hcai_app.services.call import Caller
from hcai_app.services.live.tabs import Tab
from hcai_app.services.people import sessions, users
from hcai_app.services.people.identity import Reason
from hcai_app.ui.state import page_actions
from hcai_app.ui.state.base import SiteState, serving
from hcai_app.ui.state.playground import tag_of
from hcai_app.ui.view_models import AccountView, SessionView

# What is typed before an account is deleted.
PHRASE = "delete my account"
LEAVE = page_actions.run("window.location.assign('/')")
GONE = f"/sign-in/{Reason.DELETED.value}"
MAX_SESSIONS = 20  # that are listed


class AccountState(SiteState):
    """What is stored about the user."""

    is_loaded: bool = False
    problem: str = ""
    account: AccountView = AccountView()
    sessions: list[SessionView] = []  # noqa: RUF012 - Reflex copies defaults
    other_sessions: int = 0

    @rx.event
    async def load_account(self) -> None:
        """Show the stored data of the visitor."""
        caller = await self.enter()
        if caller is None:
            return
        try:
            account = await export.of_caller(serving().database, caller)
        except Unavailable as error:
            self.problem = error.message
            return
        self.problem = ""
        self.account = _view(account)
        self.sessions = [
            SessionView(
                is_this_one=session.is_this_one,
                created_ms=clock.to_ms(session.created_at),
            )
            for session in account.sessions[:MAX_SESSIONS]
        ]
        self.other_sessions = sum(not session.is_this_one for session in account.sessions)
        self.is_loaded = True

    @rx.event
    async def sign_out_everywhere(self) -> EventSpec:
        """End all sessions of the user, this one too."""
        caller = await self.caller()
        with self._leaving(caller):
            await sessions.end_all(serving().database, caller.user_id)
        self._forget()
        return LEAVE

    @rx.event
    async def delete_account(self, typed: str) -> EventSpec:
        """Delete the user's account, when they have typed that they want it."""
        caller = await self.caller()
        if not isinstance(typed, str) or typed.strip().lower() != PHRASE:  # whatever is sent
            raise InvalidRequest(f"Type “{PHRASE}” to delete it; nothing has changed.")
        secret_key = serving().settings.secret_key.get_secret_value()
        # Its conversations lie in this browser, under this tag: that page forgets them.
        leave = f"window.location.assign('{GONE}#{tag_of(caller.user_id)}')"
        with self._leaving(caller):
            await deletion.delete(serving().database, caller.user_id, secret_key=secret_key)
        self._forget()
        return page_actions.run(leave)

    @contextmanager
    def _leaving(self, caller: Caller) -> Iterator[None]:
        """Close this tab before its session ends: it leads out by itself, and needs no reload.

        After a failure the user is still signed in here.
        """
        token, tabs = self.router.session.client_token, serving().tabs
        rechecks = tabs.rechecks
        tabs.close(token)
        try:
            yield
        except HcaiError:
            tabs.open(Tab(token, caller.user_id, caller.session_id), rechecks)
            raise

    def _forget(self) -> None:
        """Clear the user's data from this tab's state, which may outlive them in a store."""
        self.account = AccountView()
        self.sessions = []
        self.is_loaded = False
        self.name = ""
        self.is_signed_in = self.is_known = False


def _view(account: AccountExport) -> AccountView:
    profile = account.profile
    settings = serving().settings
    granted = users.grant_in_force(profile.grant_nanousd, profile.granted_until)
    return AccountView(
        id=profile.id,
        name=profile.name,
        slack_id=profile.slack_id or "",
        subject=profile.subject or "",
        email=profile.email or "",
        verification=_verification(profile, is_required=settings.require_verified),
        joined_ms=clock.to_ms(profile.created_at),
        key_count=_keys(account.active_keys, account.revoked_keys),
        calls=formatting.count(account.calls),
        budget=formatting.usd(serving().budget.limit_for(profile.budget_nanousd, granted)),
        key_limit=f"{account.active_keys} of {settings.max_keys}",
    )


def _verification(profile: Profile, *, is_required: bool) -> str:
    """Return Hack Club's statement of the user's age, and whether it matters here."""
    if profile.is_verified:
        return "Verified by Hack Club"
    status = (profile.verification_status or "").replace("_", " ")
    text = f"Not verified (Hack Club says: {status})" if status else "Not verified"
    return text if is_required else f"{text}. This server does not ask for it."


def _keys(active: int, ended: int) -> str:
    return f"{active} active, {ended} ended"
