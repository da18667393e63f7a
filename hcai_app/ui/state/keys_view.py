"""Maps keys to the rows of /keys, and what their forms say back to rules."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from msgspec import UNSET

from hcai_app import clock, formatting, money
from hcai_app.errors import InvalidRequest
from hcai_app.services.keys import rules
from hcai_app.services.keys.rules import RulesChange
from hcai_app.services.limits import period
from hcai_app.services.usage.by_key import KeyUsage
from hcai_app.ui.state.base import NEAR_PERCENT
from hcai_app.ui.view_models.keys import KeyChip, KeyView

DAY = timedelta(days=1)
# From here on a key's end is near.
NEAR = timedelta(days=7)

NEAR_CHIP, OVER_CHIP = "near", "over"


def key_view(key: KeyUsage) -> KeyView:
    """Return a key as it is shown."""
    chips = tuple(_chips(key))
    return KeyView(
        id=key.id,
        name=key.name,
        preview=key.preview,
        created_ms=clock.to_ms(key.created_at),
        ended_ms=clock.to_ms(key.ended_at) if key.ended_at else 0,
        last_call_ms=key.last_call_ms or 0,
        requests=formatting.count(key.requests),
        tokens=formatting.tokens(key.total_tokens),
        cost=formatting.usd(key.cost_nanousd),
        spent_now=formatting.usd(key.period_nanousd),
        chips=chips,
        has_chips=bool(chips),
        is_on=key.is_on,
        has_expired=key.has_expired,
        is_rotated=key.successor_id is not None,
        last_day=_last_day(key.ends_at),
        budget="" if key.budget_nanousd is None else money.to_text(key.budget_nanousd),
        models=", ".join(rules.models_in(key.models) or ()),
    )


def change_in(form: Mapping[str, Any], shown: KeyView) -> RulesChange:
    """Return what a form changes of a key that is shown; a browser may send anything.

    Raises:
        InvalidRequest: When a field cannot be read.
    """
    name, last_day, budget, models = (
        str(form.get(field) or "").strip() for field in ("name", "last_day", "budget", "models")
    )
    return RulesChange(
        name=UNSET if name == shown.name else name,
        ends_at=UNSET if last_day == shown.last_day else _end_of(last_day),
        budget_nanousd=UNSET if budget == shown.budget else _amount(budget),
        models=UNSET if models == shown.models else rules.models_from(models),
    )


def _chips(key: KeyUsage) -> Iterator[KeyChip]:
    if not key.is_on:
        yield KeyChip("Off", OVER_CHIP)
    if key.ends_at is not None:
        yield _end_chip(key.ends_at, is_rotated=key.successor_id is not None)
    if key.budget_nanousd is not None:
        yield _budget_chip(key.period_nanousd, key.budget_nanousd)
    if models := [*(rules.models_in(key.models) or ())]:
        yield KeyChip(f"{len(models)} models" if len(models) > 1 else f"{models[0]} only")


def _end_chip(ends_at: datetime, *, is_rotated: bool) -> KeyChip:
    word, left = "Replaced, ends" if is_rotated else "Ends", ends_at - clock.now()
    if left >= NEAR:
        return KeyChip(f"{word} {formatting.day(clock.to_ms(ends_at))}")
    if left >= DAY:
        count = left // DAY
        return KeyChip(f"{word} in {count} day{'s' if count > 1 else ''}", NEAR_CHIP)
    return KeyChip(f"{word} in {max(1, left // timedelta(hours=1))} h", NEAR_CHIP)


def _budget_chip(spent: int, limit: int) -> KeyChip:
    budget = formatting.usd_short(limit)
    if spent >= limit:
        return KeyChip(f"{budget} of {period.THIS} spent", OVER_CHIP)
    if spent * 100 >= limit * NEAR_PERCENT:
        return KeyChip(f"{formatting.percent(spent, limit)} of {budget} spent", NEAR_CHIP)
    return KeyChip(f"{budget} {period.EACH}")


def _last_day(ends_at: datetime | None) -> str:
    """Return the last UTC day on which a key works, as a date field has it."""
    return "" if ends_at is None else f"{ends_at - timedelta(microseconds=1):%Y-%m-%d}"


def _end_of(day: str) -> datetime | None:
    if not day:
        return None
    try:
        chosen = date.fromisoformat(day)
    except ValueError:
        raise InvalidRequest("The last day is a day like 2026-05-03.", param="last_day") from None
    return datetime(chosen.year, chosen.month, chosen.day, tzinfo=UTC) + DAY


def _amount(text: str) -> int | None:
    if not text:
        return None
    try:
        amount = Decimal(text.removeprefix("$"))
        return money.to_nanousd(amount)
    except (InvalidOperation, ValueError):
        raise InvalidRequest("The budget is an amount like 0.50.", param="budget") from None
