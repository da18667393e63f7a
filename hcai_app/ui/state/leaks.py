"""State of the notice that a key was found in public: never a key itself."""

import reflex as rx

from hcai_app import clock
from hcai_app.errors import HcaiError
from hcai_app.services.keys import leaks
from hcai_app.ui.state.base import SiteState, serving
from hcai_app.ui.view_models.keys import LeakView


class LeaksState(SiteState):
    """The visitor's leaked keys that have no successor yet."""

    leaked: list[LeakView] = []  # noqa: RUF012 - Reflex copies defaults

    @rx.event
    async def load_leaks(self) -> None:
        """Show what leaked; a page without this notice still works."""
        try:
            caller = await self.caller()
            found = await leaks.of_user(serving().database, caller.user_id)
        except HcaiError:
            return
        self.leaked = [
            LeakView(leak.key_id, leak.name, clock.to_ms(leak.leaked_at))
            for leak in found
            if leak.successor_id is None
        ]
