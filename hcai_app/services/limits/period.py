"""The budget's period: when a budget begins and ends, and what the period is called.

Whoever asks when a budget resets asks here: a budget by the month is a change of this file and of
the documentation's prose. What is a calendar day whatever the budget does (charts, OpenRouter's
`usage_daily`) says so where it is computed.
"""

from functools import lru_cache
from typing import NamedTuple

from hcai_app import clock

THIS = "today"
NOUN = "day"
EACH = f"a {NOUN}"
INTERVAL = "daily"  # as OpenRouter writes it
BOUNDARY = "00:00 UTC"
POSSESSIVE = f"{THIS.capitalize()}'s"


class Period(NamedTuple):
    """One period of a budget; `end_ms` is the first moment of the next one."""

    start_ms: int
    end_ms: int


def budget_period(at_ms: int) -> Period:
    """Return the period that a moment lies in: its UTC day."""
    return _period(clock.floor_ms(at_ms, clock.MS_PER_DAY))


@lru_cache(maxsize=8)
def _period(start_ms: int) -> Period:
    """Return a period; all calls of it have the same one."""
    return Period(start_ms, start_ms + clock.MS_PER_DAY)
