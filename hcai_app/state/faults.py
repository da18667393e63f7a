"""What pages report of their own faults: some of it, since a browser can report without end."""

import logging

from hcai_app import clock

log = logging.getLogger(__name__)

MOST_A_MINUTE = 20
LONGEST = 500


class Faults:
    """Writes the faults of pages to the log."""

    def __init__(self) -> None:
        self._minute_ms = 0
        self._count = 0

    def note(self, exception: Exception) -> None:
        """Note a fault, if there were not too many this minute."""
        minute_ms = clock.floor_ms(clock.now_ms(), clock.MS_PER_MINUTE)
        if minute_ms != self._minute_ms:
            self._minute_ms, self._count = minute_ms, 0
        self._count += 1
        if self._count <= MOST_A_MINUTE:
            log.warning("a page reports: %r", str(exception)[:LONGEST])
