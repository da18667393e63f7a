"""What all the calls add up to that an activity filter leaves.

The roll-ups of hours know it by model, key and day, however many calls there are. How calls ended
they do not know: that is counted in the ledger, over the newest rows, of a bounded number.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, select

from hcai_app.db.models.rollups import NO_KEY
from hcai_app.db.tables import calls_table, hours_table
from hcai_app.services.call import first_id_at
from hcai_app.services.ledger.refusals import RefusedCall
from hcai_app.services.usage import refusals
from hcai_app.services.usage.activity import SCANNED_ROWS
from hcai_app.services.usage.filters import PLAYGROUND, Filter


@dataclass(frozen=True, slots=True)
class FilterSums:
    """The sums of a filter; refused calls used nothing, and are no calls."""

    requests: int = 0
    tokens: int = 0
    cost_nanousd: int = 0
    refused: int = 0
    is_partial: bool = False  # there is more, further back


def read(
    connection: Connection, user_id: str, wanted: Filter, waiting: Collection[RefusedCall] = ()
) -> FilterSums:
    """Add up within the caller's unit of work; `waiting` are refusals that are not written yet."""
    if wanted.outcome is not None:
        return _of_ledger(connection, user_id, wanted)
    refused = refusals.count(connection, user_id, wanted, waiting)
    if wanted.is_refused:
        return FilterSums(refused=refused)
    return FilterSums(*_of_hours(connection, user_id, wanted), refused)


def _of_hours(connection: Connection, user_id: str, wanted: Filter) -> tuple[int, int, int]:
    hours = hours_table.c
    # Days begin with an hour, so that no hour is cut.
    where = [hours.user_id == user_id, hours.start_ms >= wanted.from_ms]
    where.append(hours.start_ms < wanted.until_ms)
    if wanted.model is not None:
        where.append(hours.model == wanted.model)
    if wanted.key is not None:
        where.append(hours.key_id == (NO_KEY if wanted.key == PLAYGROUND else wanted.key))
    sums = _sum(hours.requests), _sum(hours.total_tokens), _sum(hours.cost_nanousd)
    requests, tokens, cost = connection.execute(select(*sums).where(*where)).one()
    return int(requests), int(tokens), int(cost)


def _of_ledger(connection: Connection, user_id: str, wanted: Filter) -> FilterSums:
    calls = calls_table.c
    looked_at = (
        select(calls.model, calls.key_id, calls.outcome, calls.total_tokens, calls.cost_nanousd)
        .where(calls.user_id == user_id, calls.id >= first_id_at(wanted.from_ms))
        .where(calls.id < first_id_at(wanted.until_ms))
        .order_by(calls.id.desc())
        .limit(SCANNED_ROWS)
        .subquery()
    )
    row = looked_at.c
    fits = row.outcome == (wanted.outcome.value if wanted.outcome else "")
    if wanted.model is not None:
        fits &= row.model == wanted.model
    if wanted.key is not None:
        fits &= row.key_id.is_(None) if wanted.key == PLAYGROUND else row.key_id == wanted.key
    sums = func.count(), _sum(row.total_tokens), _sum(row.cost_nanousd)
    requests, tokens, cost = connection.execute(select(*sums).where(fits)).one()
    scanned = connection.scalar(select(func.count()).select_from(looked_at)) or 0
    return FilterSums(int(requests), int(tokens), int(cost), is_partial=scanned == SCANNED_ROWS)


def _sum(column: ColumnElement[int]) -> ColumnElement[int]:
    return func.coalesce(func.sum(column), 0)
