"""The budget in one worker: reserve an estimate, then settle the true cost.

A call is admitted while spent + reserved < budget; then its whole estimate is reserved. So a
student with money left and nothing running is never refused because a model is dear, and the
overrun is one call at most. A call belongs to the period in which it started.
"""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, false, func, select

from hcai_app import clock, formatting
from hcai_app.db.engine import Database
from hcai_app.db.tables import calls_table, hours_table
from hcai_app.errors import BudgetExhausted, RateLimited
from hcai_app.services.call import Caller, CallStart, LedgerEntry, RunningCall, first_id_at
from hcai_app.services.limits import period
from hcai_app.services.limits.period import Period, budget_period

# An account that nobody used for so long is read from the database again next time.
IDLE_S = 900.0
SWEEP_S = 60.0


class AccountId(NamedTuple):
    """Whose budget, and of which period."""

    user_id: str
    period: Period


@dataclass(slots=True)
class Account:
    """One user's period, in nano-dollars."""

    spent: int
    reserved: dict[str, int] = field(default_factory=dict[str, int])  # by call id
    used_at: float = 0.0

    @property
    def reserved_sum(self) -> int:
        """Everything that running and unsettled calls may still cost."""
        return sum(self.reserved.values())


class Budget:
    """The accounts of this worker."""

    def __init__(self, database: Database, default_nanousd: int) -> None:
        self._database = database
        self._default_nanousd = default_nanousd
        self._accounts: dict[AccountId, Account] = {}
        self._loading: dict[AccountId, asyncio.Task[Account]] = {}
        self._settled_meanwhile: dict[AccountId, list[LedgerEntry]] = {}  # by what is loading
        self._sweep_at = time.monotonic() + SWEEP_S

    def limit_of(self, caller: Caller) -> int:
        """Return the caller's budget for a period."""
        return self.limit_for(caller.budget_nanousd)

    def limit_for(self, chosen: int | None) -> int:
        """Return the budget for a period of whoever has a budget of their own, or none."""
        return self._default_nanousd if chosen is None else chosen

    async def reserve(self, caller: Caller, call: RunningCall) -> None:
        """Set the call's estimate aside.

        Raises:
            BudgetExhausted: When the period's budget is spent.
            RateLimited: When only running or unsettled calls stand in the way.
            Unavailable: When the spending cannot be read.
        """
        await self.reserve_within(self.limit_of(caller), caller, call)

    async def reserve_within(self, limit: int, caller: Caller, call: RunningCall) -> None:
        """Set the call's estimate aside within a limit; refuses as `reserve` does."""
        account = await self._account(account_of(call.opening))
        if account.spent >= limit:
            raise exhausted(limit)
        if account.spent + account.reserved_sum >= limit:
            raise waiting()
        account.reserved[call.id] = call.opening.reserved_nanousd

    def cancel(self, call: RunningCall) -> None:
        """Give a reservation back: the call did not begin."""
        account = self._accounts.get(account_of(call.opening))
        if account is not None:
            account.reserved.pop(call.id, None)

    def settle(self, entry: LedgerEntry) -> None:
        """Book the row's cost in place of its reservation; an unsettled row keeps it."""
        name = account_of(entry)
        account = self._accounts.get(name)
        if not entry.settled:
            return
        if account is None:
            if name in self._loading:  # and may be read as it was before
                self._settled_meanwhile.setdefault(name, []).append(entry)
            return
        if account.reserved.pop(entry.id, None) is not None:  # else it was read with its cost
            account.spent += entry.cost_nanousd

    def reread(self, entries: Iterable[LedgerEntry]) -> None:
        """Do nothing: a single worker shares no accounts with a dead one."""

    async def run(self) -> None:
        """Do what is to be done beside the calls: nothing, in one worker."""

    async def _account(self, name: AccountId) -> Account:
        now = time.monotonic()
        account = self._accounts.get(name)
        if account is None:
            account = await self._load_once(name)
        account.used_at = now
        if now >= self._sweep_at:
            self._sweep(now)
        return account

    async def _load_once(self, name: AccountId) -> Account:
        """Read an account, once for all who wait for it."""
        loading = self._loading.get(name)
        if loading is None:
            loading = self._loading[name] = asyncio.create_task(self._load(name))
            loading.add_done_callback(lambda _done: self._loading.pop(name, None))
        return await asyncio.shield(loading)

    async def _load(self, name: AccountId) -> Account:
        account = await read_or_unavailable(self._database, name)
        account = self._accounts.setdefault(name, account)
        for entry in self._settled_meanwhile.pop(name, ()):
            self.settle(entry)
        return account

    def _sweep(self, now: float) -> None:
        """Forget accounts that are idle and hold no reservation."""
        self._sweep_at = now + SWEEP_S
        for name, account in list(self._accounts.items()):
            if not account.reserved and now - account.used_at > IDLE_S:
                del self._accounts[name]


def account_of(call: CallStart | LedgerEntry) -> AccountId:
    """Return which account a call is booked on."""
    return AccountId(call.user_id, budget_period(call.started_at_ms))


def current_account(user_id: str) -> AccountId:
    """Return the account that a call of the user's would be booked on now."""
    return AccountId(user_id, budget_period(clock.now_ms()))


def read_account(connection: Connection, name: AccountId) -> Account:
    """Read an account from the roll-ups and the rows that are not settled yet."""
    user_id, (start_ms, end_ms) = name
    hours = hours_table.c
    in_period = (hours.start_ms >= start_ms) & (hours.start_ms < end_ms)
    spent = connection.scalar(
        select(func.sum(hours.cost_nanousd)).where(hours.user_id == user_id, in_period)
    )
    rows = calls_table.c
    open_rows = select(rows.id, rows.reserved_nanousd).where(
        rows.user_id == user_id,
        rows.id >= first_id_at(start_ms),
        rows.id < first_id_at(end_ms),
        rows.settled == false(),
    )
    reserved = {row.id: row.reserved_nanousd for row in connection.execute(open_rows)}
    return Account(int(spent or 0), reserved)


async def read_or_unavailable(database: Database, name: AccountId) -> Account:
    """Read an account.

    Raises:
        Unavailable: When the database is away.
    """
    return await database.read(lambda it: read_account(it, name), "budget")


def exhausted(limit_nanousd: int) -> BudgetExhausted:
    """Return the refusal of a call when the period's budget is spent."""
    resets_at = clock.from_ms(budget_period(clock.now_ms()).end_ms)
    return BudgetExhausted(
        f"{period.POSSESSIVE} budget of {formatting.usd_exact(limit_nanousd)} is spent; "
        f"it resets at {period.BOUNDARY}.",
        headers={"x-should-retry": "false"},
        metadata={"resets_at": resets_at.isoformat()},
    )


def waiting() -> RateLimited:
    """Return the refusal of a call when only running ones stand in the way."""
    return RateLimited(
        f"The calls that you have running may use up the rest of {period.THIS}'s budget; "
        "wait for them to end.",
        1,
    )
