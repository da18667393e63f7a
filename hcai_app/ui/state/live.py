"""How a page has its tab shown what happens: it subscribes when it loads, and that is all.

A tab that closes or leaves the dashboard is unsubscribed by the tick, one that loses its session by
the review.
"""

from collections.abc import Hashable

from hcai_app.services.call import Caller
from hcai_app.services.live.watching import Due, Tab
from hcai_app.ui.state.base import serving


def subscribe(
    token: str,
    caller: Caller,
    range_: Hashable,
    group: Hashable,
    since_ms: int | None = None,
) -> None:
    """Keep a tab up to date from now on, in the range and the grouping that it shows.

    Call it before the figures are read: so no call falls between. When they could not be read, say
    since when the tab lacks news; the tick brings them.
    """
    tab = Tab(token, caller.user_id, caller.session_id, range_, group)
    serving().live.watch(tab)
    if since_ms is not None:
        serving().live.miss(Due(tab, since_ms))


def get_up(token: str) -> None:
    """Leave a tab alone that goes elsewhere by itself: its session has ended by its own wish."""
    serving().live.leave(token)
    serving().present.leave(token)
