"""State of /keys: keys and their usage, never a key itself."""

from typing import Any

import reflex as rx
from reflex.event import EventSpec

from hcai_app.errors import NotFound, Unavailable
from hcai_app.services.keys import keys, rules
from hcai_app.services.keys.rules import RulesChange
from hcai_app.services.usage import by_key
from hcai_app.ui.state import keys_view, page_actions
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

    @rx.event
    async def save(self, form: dict[str, Any]) -> EventSpec:
        """Change the rules of one of the user's keys to what its form says."""
        caller = await self.caller()
        shown = self._shown(str(form.get("id")))
        change = keys_view.change_in(form, shown)
        _check_models(change)
        await rules.change_own(serving().database, caller.user_id, shown.id, change)
        await self._show(caller.user_id)
        return page_actions.success("Saved.", "It holds everywhere within a second.")

    @rx.event
    async def switch(self, key_id: str) -> EventSpec:
        """Switch one of the user's keys off, or on again."""
        caller = await self.caller()
        shown = self._shown(key_id)
        change = RulesChange(is_on=not shown.is_on)
        await rules.change_own(serving().database, caller.user_id, shown.id, change)
        await self._show(caller.user_id)
        if shown.is_on:
            return page_actions.success(f"{shown.name} is off.", "Programs with it are refused.")
        return page_actions.success(f"{shown.name} is on.", "Programs with it work again.")

    def _shown(self, key_id: str) -> KeyView:
        shown = next((key for key in self.active if key.id == key_id), None)
        if shown is None:
            raise NotFound(keys.NO_SUCH_KEY)
        return shown

    async def _show(self, user_id: str) -> None:
        try:
            listed = await by_key.of_user(serving().database, user_id)
        except Unavailable as error:
            self.problem = error.message
            return
        self.problem = ""
        self.active = [keys_view.key_view(key) for key in listed.active]
        self.revoked = [keys_view.key_view(key) for key in listed.revoked]
        self.active_count, self.revoked_shown = len(self.active), len(self.revoked)
        self.revoked_count = listed.revoked_count
        self.limit = serving().settings.max_keys
        self.left = max(0, self.limit - self.active_count)
        self.is_loaded = True


def _check_models(change: RulesChange) -> None:
    """Refuse a list with a model that is not offered: nobody means a key that can do nothing.

    Raises:
        InvalidRequest: Naming the nearest that are.
    """
    catalog = serving().catalog
    for model in change.models or ():
        catalog.check_allowed(model, catalog.offered, "models")
