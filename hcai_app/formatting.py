"""Formats numbers, money, durations and dates for people, the same on every page."""

import re
from datetime import UTC, datetime

from limits import RateLimitItem

from hcai_app import money

NOTHING = "–"
STEPS = ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k"))
WINDOWS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
SECOND_MS, MINUTE_MS = 1_000, 60_000
CENT_NANOUSD = money.NANO // 100
# Smaller amounts show as less than this: nobody reads more zeros.
LEAST_NANOUSD = 1_000
SIGNIFICANT = 2
UNREADABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def count(number: int) -> str:
    """Return an integer with thousands separators, like 12,345."""
    return f"{number:,}"


def counted(number: int, thing: str) -> str:
    """Return a number of things, like 1 call or 12,345 calls."""
    return f"{count(number)} {thing}{'' if number == 1 else 's'}"


def tokens(number: int) -> str:
    """Return a large number in three digits or so, like 950, 1.2k, 34k or 5.6M."""
    for step, unit in STEPS:
        if number >= step - step // 2_000:  # what would be rounded up to 1000 of the unit below
            return f"{_short(number / step)}{unit}"
    return str(number)


def usd(nanousd: int) -> str:
    """Return dollars: cents when there are some, else two significant digits."""
    if nanousd < 0:
        return f"-{usd(-nanousd)}"
    if nanousd == 0:
        return "$0"
    if nanousd < LEAST_NANOUSD:
        return "<$0.000001"
    if nanousd >= money.NANO:
        return f"${money.to_usd(nanousd):,.2f}"
    places = 2 if nanousd >= 10 * CENT_NANOUSD else _places(nanousd)
    text = f"{money.to_usd(nanousd):.{places}f}"
    return f"${text.rstrip('0') if places > 2 else text}"


def usd_short(nanousd: int) -> str:
    """Return dollars without needless cents, like $4 or $2.50."""
    return usd(nanousd).removesuffix(".00")


def usd_exact(nanousd: int) -> str:
    """Return dollars to the last nano-dollar, like $0.000021."""
    return f"${money.to_text(nanousd)}"


def ms(number: int | None) -> str:
    """Return a duration like 340 ms, 1.2 s or 2 min 5 s."""
    if number is None:
        return NOTHING
    if number < SECOND_MS:
        return f"{number} ms"
    if number < MINUTE_MS:
        return f"{_short(number / SECOND_MS)} s"
    minutes, rest = divmod(number // SECOND_MS, 60)
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def window(limit: RateLimitItem, *, article: bool = False) -> str:
    """Return how long a limit counts, in its largest unit: 30 minutes, or hour, or an hour."""
    seconds = limit.get_expiry()
    unit, length = next(it for it in WINDOWS if seconds % it[1] == 0)
    if seconds != length:
        return f"{seconds // length} {unit}s"
    return f"{'an' if unit == 'hour' else 'a'} {unit}" if article else unit


def one_line(text: str) -> str | None:
    """Return a name that somebody gave, on one line; None when it holds what nobody can read.

    That is control characters, halves of a sign, and marks that turn the direction of all that
    follows. Emoji are made of invisible signs too: those stay.
    """
    spaced = " ".join(re.split(r"[ \t\r\n]+", text)).strip()
    return None if UNREADABLE.search(spaced) else " ".join(spaced.split())


def percent(part: int, whole: int) -> str:
    """Return a share like 42%; a share above zero never shows as 0%."""
    if not part or not whole:
        return "0%"
    return f"{100 * part / whole:.0f}%" if part * 100 >= whole else "<1%"


def reliability(good: int, whole: int) -> str:
    """Return a share like 99.8%, rounded down: only what never failed is 100%."""
    tenths = 1000 * good // whole if whole else 0
    return f"{tenths / 10:.1f}".removesuffix(".0") + "%"


def moment(at_ms: int) -> str:
    """Return a moment in UTC, like 3 May 2026, 14:05:09 UTC."""
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    return f"{at.day} {at:%b %Y, %H:%M:%S} UTC"


def day(at_ms: int) -> str:
    """Return the UTC day of a moment, like 3 May 2026."""
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    return f"{at.day} {at:%b %Y}"


def _short(value: float) -> str:
    """Return one decimal below ten, unless it is a zero."""
    text = f"{value:.1f}" if value < 9.95 else f"{value:.0f}"
    return text.removesuffix(".0")


def _places(nanousd: int) -> int:
    """Return the decimals that show the first digits of less than ten cents."""
    return len(str(money.NANO)) - 1 - len(str(nanousd)) + SIGNIFICANT
