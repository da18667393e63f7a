"""Log lines of `serve`: time, level and worker before the message, and no line again and again.

An outage is told in the same words by every call that meets it. Each message has its place in the
log once in a while, with how often it came in between.
"""

import logging
import time

# A message may come so often in so many seconds; errors more often, since they name what they
# concern.
EVERY_S = 10.0
WARNINGS, ERRORS = 1, 10
# Messages that are known at once: libraries may write each of theirs in other words.
MOST_KNOWN = 1_000


def set_up(who: str) -> None:
    """Send this process's log to stderr, in lines of one form; `who` names the process."""
    handler = logging.StreamHandler()
    line = f"{{asctime}} {{levelname}} {who} (pid {{process}}): {{message}}"
    handler.setFormatter(formatter := logging.Formatter(line, "%Y-%m-%dT%H:%M:%SZ", style="{"))
    formatter.converter = time.gmtime
    handler.addFilter(Repeats())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


class Repeats(logging.Filter):
    """Drops a message that has just been logged often enough, whatever its arguments are."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[tuple[str, str], tuple[float, int]] = {}  # since when, how often

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a record is logged; one that was dropped before says how often."""
        key, now = (record.name, str(record.msg)), time.monotonic()
        since, count = self._seen.get(key, (now, 0))
        allowed = ERRORS if record.levelno >= logging.ERROR else WARNINGS
        if now - since >= EVERY_S:
            if count > allowed:
                record.msg = f"{record.msg} ({count - allowed} more in {now - since:.0f} s)"
            since, count = now, 0
        if len(self._seen) >= MOST_KNOWN:
            self._seen.clear()
        self._seen[key] = (since, count + 1)
        return count < allowed
