"""The address of /activity: its query is the filter and the page, so that it can be shared.

All of it may be made up: it goes through the filter's own reading.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

from reflex.event import EventSpec

from hcai_app import clock
from hcai_app.errors import InvalidRequest
from hcai_app.services.usage import filters
from hcai_app.ui.state import page_actions
from hcai_app.ui.view_models import FilterView

PAGE_PATH = "/activity"
CSV_PATH = "/api/activity.csv"
BEFORE = "before"  # the query's name of where the page begins
# An id, or the moment that ids open with.
PLACE = re.compile(r"[0-9a-f]{12}(?:[0-9a-f]{20})?")
# The quick choices of days: how many days before today the first one lies.
SPANS = {"today": 0, "7": 6, "30": 29}


def parameters(query: Mapping[str, object]) -> dict[str, str]:
    """Return an address's filter parameters; unknown names are ignored."""
    return {name: str(query[name]) for name in filters.NAMES if query.get(name)}


def place(query: Mapping[str, object]) -> str:
    """Return where an address's page begins; empty: with the newest call.

    Raises:
        InvalidRequest: When that is no place.
    """
    found = str(query.get(BEFORE) or "")
    if found and not PLACE.fullmatch(found):
        raise InvalidRequest("There is no such page.", param=BEFORE)
    return found


def go(given: Mapping[str, str], before: str = "") -> EventSpec:
    """Open the page at a filter, which must be one."""
    filters.parse(given)
    return page_actions.go(address(PAGE_PATH, given, before))


def address(path: str, given: Mapping[str, str], before: str = "") -> str:
    """Return an address with a filter, and where its page begins."""
    query = {name: given[name] for name in filters.NAMES if given.get(name)}
    if before:
        query[BEFORE] = before
    return f"{path}?{urlencode(query)}" if query else path


def shown(given: Mapping[str, str]) -> FilterView:
    """Return a filter as it stands in the page's controls."""
    first, last = given.get("from", ""), given.get("to", "")
    span = next((span for span in SPANS if days(span) == {"from": first} and not last), "")
    return FilterView(
        model=given.get("model", ""),
        key=given.get("key", ""),
        outcome=given.get("outcome", ""),
        first=first,
        last=last,
        span=span or ("all" if not first and not last else ""),
        is_set=bool(given),
    )


def needs_fields(wanted: FilterView) -> bool:
    """Return whether the filter needs more than the quick choices."""
    return bool(wanted.model or wanted.key or wanted.outcome or not wanted.span)


def days(span: str) -> dict[str, str]:
    """Return the days of a quick choice; none of an unknown one."""
    count = SPANS.get(span)
    if count is None:
        return {}
    return {"from": f"{clock.now() - timedelta(days=count):%Y-%m-%d}"}
