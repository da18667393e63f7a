"""Accounts of budgets: whose, of which period, what the ledger says of one, and what it lacks.

A call is booked on several at once: its user's, its key's if that has a budget of its own, and that
of all users together where the operator has set a brake.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, bindparam, false, func, select

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.db.tables import calls_table, days_table, hours_table, keys_table
from hcai_app.services.call import CallStart, LedgerEntry, first_id_at
from hcai_app.services.limits.period import Period, budget_period

# Stands where otherwise a user does: all of them together.
EVERYBODY = "everybody"
# A reading of the ledger tells of every call that began so shortly before whether it has its row;
# clocks of hosts may differ by as much.
RECENT_MS = clock.MS_PER_MINUTE
KNOWN = select(calls_table.c.id).where(calls_table.c.id.in_(bindparam("ids", expanding=True)))


class AccountId(NamedTuple):
    """Whose budget, and of which period: a user's, that of one of their keys, or everybody's."""

    user_id: str
    period: Period
    key_id: str | None = None


class Claim(NamedTuple):
    """An account that a call is to be admitted by, and its budget in nano-dollars."""

    account: AccountId
    limit: int


@dataclass(frozen=True, slots=True)
class LedgerReading:
    """What the ledger says of an account at one moment, in nano-dollars."""

    spent: int
    unsettled: dict[str, int]  # what is reserved for each row whose cost is not known yet
    settled: frozenset[str]  # those of the calls asked about, and of recent ones, in `spent`
    recent_from: str = ""  # the smallest id of a recent call


@dataclass(frozen=True, slots=True)
class Gate:
    """What the gate thinks of an account, in nano-dollars."""

    spent: int  # as the ledger has it
    certain: int  # of calls that have ended and are on their way to the ledger
    reserved: int  # for calls that run, and for rows whose cost is not known yet
    age_s: float | None = field(
        default=None, compare=False
    )  # of the reading of the ledger, where somebody keeps it


class Held:
    """The calls of one account that are not in the ledger yet, with their estimate or cost."""

    __slots__ = ("_amounts", "_certain", "certain_sum", "reserved_sum")

    def __init__(self) -> None:
        self._amounts: dict[str, int] = {}
        self._certain: set[str] = set()
        self.certain_sum = self.reserved_sum = 0

    def __contains__(self, call_id: str) -> bool:
        return call_id in self._amounts

    def __bool__(self) -> bool:
        return bool(self._amounts)

    def __iter__(self) -> Iterator[str]:
        return iter(self._amounts)

    def put(self, call_id: str, amount: int, *, is_certain: bool = False) -> None:
        """Set an estimate aside, or what the call has cost in its place."""
        self.drop(call_id)
        self._amounts[call_id] = amount
        if is_certain:
            self._certain.add(call_id)
            self.certain_sum += amount
        else:
            self.reserved_sum += amount

    def drop(self, call_id: str) -> int:
        """Take a call out; return its amount."""
        amount = self._amounts.pop(call_id, 0)
        if call_id in self._certain:
            self._certain.remove(call_id)
            self.certain_sum -= amount
        else:
            self.reserved_sum -= amount
        return amount

    def parts(self) -> Iterator[str | int]:
        """Yield of each call its id, c where its amount is certain, else r, and the amount."""
        for call_id, amount in self._amounts.items():
            yield from (call_id, "c" if call_id in self._certain else "r", amount)


def accounts_of(call: CallStart | LedgerEntry) -> tuple[AccountId, ...]:
    """Return which accounts a call is booked on: its user's, and that of its key if it has one.

    Only a key with a budget of its own has an account: whoever books asks whether it is there.
    """
    of_period = budget_period(call.started_at_ms)
    of_user = AccountId(call.user_id, of_period)
    if call.key_id is None:
        return (of_user,)
    return of_user, AccountId(call.user_id, of_period, call.key_id)


@lru_cache(maxsize=8)
def of_everybody(of_period: Period) -> AccountId:
    """Return the account of all users together."""
    return AccountId(EVERYBODY, of_period)


def current_account(user_id: str) -> AccountId:
    """Return the account that a call of the user's, or of EVERYBODY, would be booked on now."""
    return AccountId(user_id, budget_period(clock.now_ms()))


def current_accounts(connection: Connection, user_id: str) -> list[AccountId]:
    """Return all accounts of a user that calls may be booked on now: theirs, and of their keys."""
    own, columns = current_account(user_id), keys_table.c
    with_budget = (columns.user_id == user_id) & columns.budget_nanousd.is_not(None)
    keys = connection.scalars(select(columns.id).where(with_budget).order_by(columns.id))
    return [own, *(AccountId(user_id, own.period, key_id) for key_id in keys)]


def read_account(
    connection: Connection, name: AccountId, held: Iterable[str] = ()
) -> LedgerReading:
    """Read an account from the roll-ups and the rows; asks of the calls `held` too.

    In one transaction of `Database.read`, so that all of it is of one moment.
    """
    queries = _queries(of_all=name.user_id == EVERYBODY, of_key=name.key_id is not None)
    recent_from = first_id_at(clock.now_ms() - RECENT_MS)
    values = _values(name, recent_from)
    spent = connection.scalar(queries.spent, values)
    unsettled = {row.id: row.reserved_nanousd for row in connection.execute(queries.open, values)}
    recent = set(connection.scalars(queries.recent, values))
    ids = [*held]
    present = connection.scalars(KNOWN, {"ids": ids}) if ids else ()
    settled = frozenset(recent.union(present) - unsettled.keys())
    return LedgerReading(int(spent or 0), unsettled, settled, recent_from)


class _Queries(NamedTuple):
    """What is asked of the ledger for an account; `_values` has what stands in them."""

    spent: Select[Any]
    open: Select[Any, Any]
    recent: Select[Any]


@lru_cache(maxsize=3)
def _queries(*, of_all: bool, of_key: bool) -> _Queries:
    """Return the queries for a kind of account: to build them takes as long as to run them."""
    rows = calls_table.c
    own = [] if of_all else [rows.user_id == bindparam("user_id")]
    if of_key:
        own.append(rows.key_id == bindparam("key_id"))
    in_period = (rows.id >= bindparam("first_id")) & (rows.id < bindparam("end_id"))
    return _Queries(
        _spent(of_all=of_all, of_key=of_key),
        select(rows.id, rows.reserved_nanousd).where(*own, in_period, rows.settled == false()),
        select(rows.id).where(*own, rows.id >= bindparam("recent_from")),
    )


def _spent(*, of_all: bool, of_key: bool) -> Select[Any]:
    """Add up the period's roll-ups: hours of a user or key; everybody's days, of each worker."""
    columns = days_table.c if of_all else hours_table.c
    has_begun = columns.start_ms >= bindparam("start_ms")
    query = select(func.sum(columns.cost_nanousd)).where(
        has_begun, columns.start_ms < bindparam("end_ms")
    )
    if not of_all:
        query = query.where(hours_table.c.user_id == bindparam("user_id"))
    return query.where(hours_table.c.key_id == bindparam("key_id")) if of_key else query


def _values(name: AccountId, recent_from: str) -> dict[str, str | int | None]:
    start_ms, end_ms = name.period
    return {
        "user_id": name.user_id,
        "key_id": name.key_id,
        "start_ms": start_ms,
        "end_ms": end_ms,
        "first_id": first_id_at(start_ms),
        "end_id": first_id_at(end_ms),
        "recent_from": recent_from,
    }


async def read_or_unavailable(
    database: Database, name: AccountId, held: Iterable[str] = ()
) -> LedgerReading:
    """Read an account.

    Raises:
        Unavailable: When the database is away.
    """
    ids = [*held]  # as it is now
    return await database.read(lambda it: read_account(it, name, ids), "budget")
