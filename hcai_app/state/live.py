"""How a page has its tab shown what happens: it subscribes when it loads, and that is all.

A tab that closes, leaves the dashboard or loses its session is unsubscribed by the tick.
"""

from collections.abc import Hashable

from hcai_app.services.live import Tab
from hcai_app.services.sessions import Visitor
from hcai_app.state.base import serving


def subscribe(token: str, visitor: Visitor, range_: Hashable, group: Hashable) -> None:
    """Keep a tab up to date from now on, in the range and the grouping that it shows.

    Call it before the figures are read: so no call falls between.
    """
    serving().live.watch(Tab(token, visitor.user_id, visitor.session_id, range_, group))


def unsubscribe(token: str) -> None:
    """Leave a tab alone."""
    serving().live.leave(token)
