"""Activity filters, parsed from an untrusted query string.

`?model=qwen/qwen3-32b&key=key_…&outcome=completed&from=2026-05-01&to=2026-05-03`; `key=playground`
is what was called without a key, days are UTC and both belong to it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from hcai_app import clock
from hcai_app.errors import InvalidRequest
from hcai_app.services.call import Outcome

PLAYGROUND = "playground"
REFUSED = "refused"  # beside the outcomes of calls
NAMES = ("model", "key", "outcome", "from", "to")
MAX_TEXT = 200
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LAST_MS = 2**48 - 1  # the last moment that an id can open with


@dataclass(frozen=True, slots=True)
class Filter:
    """Which calls are wanted; None is any."""

    model: str | None = None
    key: str | None = None  # a key's id, or PLAYGROUND
    outcome: Outcome | None = None
    from_ms: int = 0
    until_ms: int = LAST_MS  # the first moment that is not wanted any more
    is_refused: bool = False  # only what was refused before it became a call

    @property
    def is_narrow(self) -> bool:
        """Tell whether calls are left out that lie between wanted ones."""
        return any(it is not None for it in (self.model, self.key, self.outcome))


def parse(given: Mapping[str, str]) -> Filter:
    """Read a filter; an empty value is as good as none.

    Raises:
        InvalidRequest: When a name or a value is none of ours; `param` says which.
    """
    unknown = next((name for name in given if name not in NAMES), None)
    if unknown is not None:
        shown = unknown[:MAX_TEXT]
        raise InvalidRequest(f"Filter by {', '.join(NAMES)}, not by {shown!r}.", param=shown)
    first, last = _day(given, "from"), _day(given, "to")
    if first is not None and last is not None and last < first:
        raise InvalidRequest("`to` lies before `from`.", param="to")
    return Filter(
        model=_text(given, "model"),
        key=_text(given, "key"),
        outcome=None if given.get("outcome") == REFUSED else _outcome(given),
        is_refused=given.get("outcome") == REFUSED,
        from_ms=max(0, first or 0),
        until_ms=LAST_MS if last is None else max(0, last + clock.MS_PER_DAY),
    )


def _text(given: Mapping[str, str], name: str) -> str | None:
    text = given.get(name) or None
    if text is not None and (len(text) > MAX_TEXT or not text.isprintable()):
        raise InvalidRequest(f"`{name}` is no name that there is.", param=name)
    return text


def _outcome(given: Mapping[str, str]) -> Outcome | None:
    text = given.get("outcome")
    if not text:
        return None
    try:
        return Outcome(text)
    except ValueError:
        listed = ", ".join((*Outcome, REFUSED))
        raise InvalidRequest(f"`outcome` is one of {listed}.", param="outcome") from None


def _day(given: Mapping[str, str], name: str) -> int | None:
    """Return the first millisecond of a calendar day, in UTC."""
    text = given.get(name)
    if not text:
        return None
    try:
        if not DAY.fullmatch(text):
            raise ValueError
        return (date.fromisoformat(text) - clock.EPOCH.date()).days * clock.MS_PER_DAY
    except ValueError:
        raise InvalidRequest(f"`{name}` is a day like 2026-05-03.", param=name) from None
