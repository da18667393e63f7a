"""Accounts of budgets: whose, of which period, what the ledger says of one, and what it lacks."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, false, func, select

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.db.tables import calls_table, hours_table
from hcai_app.services.call import CallStart, LedgerEntry, first_id_at
from hcai_app.services.limits.period import Period, budget_period


class AccountId(NamedTuple):
    """Whose budget, and of which period: a user's, or that of one of their keys."""

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
    settled: frozenset[str]  # those of the calls asked about that are in `spent`


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

    def items(self) -> Iterator[tuple[str, int, bool]]:
        """Yield each call, its amount, and whether that is certain."""
        for call_id, amount in self._amounts.items():
            yield call_id, amount, call_id in self._certain


def accounts_of(call: CallStart | LedgerEntry) -> tuple[AccountId, ...]:
    """Return which accounts a call is booked on: its user's, and that of its key if it has one.

    Only a key with a budget of its own has an account: whoever books asks whether it is there.
    """
    period = budget_period(call.started_at_ms)
    of_user = AccountId(call.user_id, period)
    if call.key_id is None:
        return (of_user,)
    return of_user, AccountId(call.user_id, period, call.key_id)


def current_account(user_id: str) -> AccountId:
    """Return the account that a call of the user's would be booked on now."""
    return AccountId(user_id, budget_period(clock.now_ms()))


def read_account(
    connection: Connection, name: AccountId, held: Iterable[str] = ()
) -> LedgerReading:
    """Read an account from the roll-ups and the rows; asks of the calls `held` too.

    In one transaction of `Database.read`, so that all of it is of one moment.
    """
    user_id, (start_ms, end_ms), key_id = name
    hours, rows = hours_table.c, calls_table.c
    in_period = (hours.start_ms >= start_ms) & (hours.start_ms < end_ms)
    of_key = () if key_id is None else (hours.key_id == key_id,)
    spent = connection.scalar(
        select(func.sum(hours.cost_nanousd)).where(hours.user_id == user_id, in_period, *of_key)
    )
    open_rows = select(rows.id, rows.reserved_nanousd).where(
        rows.user_id == user_id,
        rows.id >= first_id_at(start_ms),
        rows.id < first_id_at(end_ms),
        rows.settled == false(),
        *(() if key_id is None else (rows.key_id == key_id,)),
    )
    unsettled = {row.id: row.reserved_nanousd for row in connection.execute(open_rows)}
    known = select(rows.id).where(rows.id.in_([*held]))
    present = connection.scalars(known) if held else ()
    return LedgerReading(int(spent or 0), unsettled, frozenset(present) - unsettled.keys())


async def read_or_unavailable(
    database: Database, name: AccountId, held: Iterable[str] = ()
) -> LedgerReading:
    """Read an account.

    Raises:
        Unavailable: When the database is away.
    """
    ids = [*held]  # as it is now
    return await database.read(lambda it: read_account(it, name, ids), "budget")
