"""State of /keys: keys and their usage, never a key itself."""

import reflex as rx
from reflex.event import EventSpec

from hcai_app import clock, formatting
from hcai_app.errors import Unavailable
from hcai_app.services.keys import keys
from hcai_app.services.usage import by_key
from hcai_app.services.usage.by_key import KeyUsage
from hcai_app.ui.state import page_actions
from hcai_app.ui.state.base import SiteState, serving
from hcai_app.ui.view_models.keys import KeyView

UNKNOWN = -1


class KeysState(SiteState):
    """The list, and how many keys may still be made."""

    is_loaded: bool = False
    problem: str = ""
    active: list[KeyView] = []  # noqa: RUF012 - Reflex copies defaults
    active_count: int = 0
    revoked: list[KeyView] = []  # noqa: RUF012
    revoked_shown: int = 0
    revoked_count: int = 0
    limit: int = 0
    left: int = UNKNOWN

    @rx.event
    async def load_keys(self) -> None:
        """Show the visitor's keys."""
        caller = await self.enter()
        if caller is not None:
            await self._show(caller.user_id)

    @rx.event
    async def revoke(self, key_id: str) -> EventSpec:
        """Revoke one of the user's keys."""
        caller = await self.caller()
        name = await keys.revoke_own(serving().database, caller.user_id, str(key_id))
        await self._show(caller.user_id)
        return page_actions.success(
            f"{name} is revoked.", "Programs with this key are refused from now on."
        )

    async def _show(self, user_id: str) -> None:
        try:
            listed = await by_key.of_user(serving().database, user_id)
        except Unavailable as error:
            self.problem = error.message
            return
        self.problem = ""
        self.active = [_view(key) for key in listed.active]
        self.revoked = [_view(key) for key in listed.revoked]
        self.active_count, self.revoked_shown = len(self.active), len(self.revoked)
        self.revoked_count = listed.revoked_count
        self.limit = serving().settings.max_keys
        self.left = max(0, self.limit - self.active_count)
        self.is_loaded = True


def _view(key: KeyUsage) -> KeyView:
    return KeyView(
        id=key.id,
        name=key.name,
        preview=key.preview,
        created_ms=clock.to_ms(key.created_at),
        revoked_ms=clock.to_ms(key.ended_at) if key.ended_at else 0,
        last_call_ms=key.last_call_ms or 0,
        requests=formatting.count(key.requests),
        tokens=formatting.tokens(key.total_tokens),
        cost=formatting.usd(key.cost_nanousd),
        spent_now=formatting.usd(key.period_nanousd),
    )
