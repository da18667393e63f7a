"""The wall clock: every date and time comes from here, so that tests can set it."""

import time
from datetime import UTC, datetime, timedelta

MS_PER_MINUTE = 60_000
MS_PER_HOUR = 3_600_000
MS_PER_DAY = 86_400_000
EPOCH = datetime.fromtimestamp(0, UTC)


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def now_ms() -> int:
    """Return the present moment in milliseconds since the Unix epoch."""
    return time.time_ns() // 1_000_000


def from_ms(moment_ms: int) -> datetime:
    """Return the aware UTC datetime of milliseconds since the Unix epoch."""
    return datetime.fromtimestamp(moment_ms / 1000, UTC)


def to_ms(moment: datetime) -> int:
    """Return milliseconds since the Unix epoch of an aware datetime."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def floor_ms(moment_ms: int, unit_ms: int) -> int:
    """Return the start of the unit (minute, hour, UTC day) that the moment lies in."""
    return moment_ms - moment_ms % unit_ms
