"""State of /playground: owner tag and remaining budget.

What is typed or answered never comes here: the browser keeps it, and sends it with a
request only.
"""

from urllib.parse import quote

import reflex as rx

from hcai_app import clock, formatting, hashing
from hcai_app.errors import HcaiError
from hcai_app.services.limits import verdicts, windows
from hcai_app.services.usage.dashboard import Today
from hcai_app.services.usage.speeds import Speeds
from hcai_app.ui.state import speed_view
from hcai_app.ui.state.base import SiteState, serving
from hcai_app.ui.state.dashboard import read_snapshot
from hcai_app.ui.view_models import PlaygroundView

HERE = "/playground"
SIGN_IN_AGAIN = f"/auth/login?to={quote(HERE, safe='')}"
TAG_HEX = 24
# Whoever has called for so long, and never paused as long as that, is asked to.
LONG_MS, PAUSE_MS = 3 * clock.MS_PER_HOUR, 20 * clock.MS_PER_MINUTE


class PlaygroundState(SiteState):
    """The visitor of the playground, and their remaining budget."""

    owner: str = ""  # names the user's conversations in this browser, and opens nothing
    has_moderation: bool = False
    day: PlaygroundView = PlaygroundView()
    # By a model's id, of those that were called enough.
    speeds: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    way_in: str = SIGN_IN_AGAIN
    is_tired: bool = False  # time for a break
    _began_ms: int = 0  # the first call since the last pause
    _called_ms: int = 0

    @rx.event
    async def load_playground(self) -> None:
        """Authenticate the visitor, and show the remaining budget."""
        caller = await self.enter()
        if caller is None:
            self.way_in = f"/auth/login?to={quote(_address(self.router.url.query), safe='')}"
            return
        self.owner = tag_of(caller.user_id)
        self.has_moderation = serving().moderations is not None
        measured = await serving().readings.speeds.find() or Speeds()
        self.speeds = speed_view.all_in_short(measured)
        await self._read(caller.user_id)

    @rx.event
    async def note_spent(self) -> None:
        """Refresh the remaining budget, and count the time since the last pause."""
        caller = await self.caller()
        now_ms = clock.now_ms()
        if now_ms - self._called_ms > PAUSE_MS:
            self._began_ms = now_ms
        self._called_ms = now_ms
        self.is_tired = now_ms - self._began_ms > LONG_MS
        await self._read(caller.user_id)

    @rx.event
    def go_on(self) -> None:
        """Take the reminder of a break away, for as long again."""
        self._began_ms = clock.now_ms()
        self.is_tired = False

    async def _read(self, user_id: str) -> None:
        try:
            snapshot = await read_snapshot(user_id, [])
        except HcaiError:  # a figure that is missing is no reason not to play
            return
        self.day = day_of(snapshot.today)


def tag_of(user_id: str) -> str:
    """Return the tag under which a browser keeps a user's conversations."""
    secret_key = serving().settings.secret_key.get_secret_value()
    return hashing.keyed_hash(user_id, secret_key, b"playground")[:TAG_HEX]


def day_of(today: Today) -> PlaygroundView:
    """Return the remaining budget, and any refusal in the API's words."""
    left = formatting.usd(max(0, today.budget_nanousd - today.cost_nanousd))
    calls_left = formatting.counted(today.calls_left, "call")
    obstacle, until_ms = "", 0
    if today.cost_nanousd >= today.budget_nanousd:
        obstacle = verdicts.spent_text(today.budget_nanousd)
        until_ms = today.resets_at_ms
    elif today.calls_left == 0:
        obstacle = f"{windows.reached(today.calls_limit)}."
        until_ms = today.window_reset_ms or clock.now_ms()
    return PlaygroundView(left, calls_left, obstacle, until_ms)


def _address(query: str) -> str:
    """Return the page's address with what it asks for, a model perhaps."""
    return f"{HERE}?{query}" if query else HERE
