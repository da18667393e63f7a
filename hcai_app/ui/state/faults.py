"""Logs JavaScript errors that pages report, rate-limited.

Only what kind of fault it is and where in the program: its message may quote what somebody wrote.
"""

import logging
import re

from hcai_app import clock

log = logging.getLogger(__name__)

MOST_A_MINUTE = 20
MOST_PLACES = 6
_KIND = re.compile(r"[A-Za-z]{1,40}(?=: )")
# A script with line and column, as every browser's stack has it: chart-3f2a.js:12:345.
_PLACE = re.compile(r"(?<=/)[\w.-]{1,80}\.[mc]?jsx?:\d{1,6}:\d{1,6}")


def told(report: str) -> str:
    """Return the kind of a reported fault, and the places of its stack, innermost first."""
    kind = _KIND.match(report)
    places = _PLACE.findall(report)[:MOST_PLACES]
    return " < ".join([kind.group() if kind else "a fault", *places])


class Faults:
    """Writes the faults of pages to the log."""

    def __init__(self) -> None:
        self._minute_ms = 0
        self._count = 0

    def note(self, exception: Exception) -> None:
        """Log a fault, up to the limit a minute."""
        minute_ms = clock.floor_ms(clock.now_ms(), clock.MS_PER_MINUTE)
        if minute_ms != self._minute_ms:
            self._minute_ms, self._count = minute_ms, 0
        self._count += 1
        if self._count <= MOST_A_MINUTE:
            log.warning("a page reports: %s", told(str(exception)))
