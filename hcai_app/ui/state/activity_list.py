"""What a page of /activity lists: its rows and the sums of its filter, read at once or live.

A live reading never moves what somebody reads: while a call is open its news only count.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from hcai_app import formatting
from hcai_app.services.usage import filter_options, refusals, sums
from hcai_app.services.usage.activity import PAGE
from hcai_app.services.usage.filters import Filter
from hcai_app.services.usage.sums import FilterSums
from hcai_app.ui.state import activity_view
from hcai_app.ui.state.base import serving
from hcai_app.ui.view_models import CallView
from hcai_app.ui.view_models.activity import SumsView

# Rows that a tab which stays open gathers; the older ones are a page away.
MOST_ROWS = 4 * PAGE


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a user's calls, and what all that fit add up to."""

    rows: list[CallView]
    older: str  # where the next page begins; empty: nowhere
    searched_to_ms: int  # not 0: the page ends here because enough was looked at
    sums: SumsView


async def read(user_id: str, wanted: Filter, before: str = "") -> Listed:
    """Read a page, from a place on.

    Raises:
        Unavailable: When the database is away.
    """
    database = serving().database
    waiting = serving().refusals.waiting_of(user_id)
    found = await refusals.page(database, user_id, wanted, before or None, waiting)
    names = await filter_options.key_names(database, user_id, found.rows)
    added = await database.read(lambda it: sums.read(it, user_id, wanted, waiting), "sums")
    rows = [activity_view.row(row, names) for row in found.rows]
    return Listed(rows, found.older or "", found.searched_to_ms or 0, sums_view(added))


async def read_live(
    user_id: str, views: Iterable[Filter], _since_ms: int | None = None
) -> dict[Filter, Listed]:
    """Read the newest page of each filter that a user's tabs show.

    Raises:
        Unavailable: When the database is away.
    """
    return {wanted: await read(user_id, wanted) for wanted in views}


def merged(shown: list[CallView], newest: Listed, *, has_older: bool) -> list[CallView]:
    """Return what is shown with the news on top, each row as it is now.

    What lies before the last row of a page that has an older one stays there. When more has come
    than was read, the page begins anew: rows must not miss between others.
    """
    known = {row.id for row in shown}
    is_gap = bool(newest.older) and bool(shown) and not known & {row.id for row in newest.rows}
    if is_gap or not shown:
        return newest.rows
    last = min(known) if has_older else ""
    fresh = {
        row.id: replace(row, is_new=row.id not in known) for row in newest.rows if row.id > last
    }
    united = {row.id: row for row in shown} | fresh
    return [united[name] for name in sorted(united, reverse=True)]


def refreshed(shown: list[CallView], newest: Listed) -> list[CallView]:
    """Return the rows that are shown as they are now, and no other."""
    now = {row.id: row for row in newest.rows}
    return [now.get(row.id, row) for row in shown]


def sums_view(added: FilterSums) -> SumsView:
    """Return sums as they are shown."""
    return SumsView(
        calls=formatting.count(added.requests),
        tokens=formatting.tokens(added.tokens),
        cost=formatting.usd(added.cost_nanousd),
        refused=formatting.count(added.refused),
        has_refused=added.refused > 0,
        is_partial=added.is_partial,
    )
