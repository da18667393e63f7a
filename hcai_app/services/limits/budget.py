"""The daily budget in one worker: reserve an estimate, then settle the true cost.

A call is admitted while spent + reserved < budget; then its whole estimate is reserved. So a
student with money left and nothing running is never refused because a model is dear, and the
overrun is one call at most. A call belongs to the UTC day on which it started.
"""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, false, func, select

from hcai_app import clock, money
from hcai_app.db import available
from hcai_app.db.engine import Database
from hcai_app.db.tables import calls_table, hours_table
from hcai_app.errors import BudgetExhausted, RateLimited
from hcai_app.services.call import Caller, LedgerEntry, RunningCall, first_id_at

# An account that nobody used for so long is read from the database again next time.
IDLE_S = 900.0
SWEEP_S = 60.0


@dataclass(slots=True)
class Account:
    """One user's UTC day, in nano-dollars."""

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
        self._accounts: dict[tuple[str, int], Account] = {}
        self._loading: dict[tuple[str, int], asyncio.Task[Account]] = {}
        self._settled_meanwhile: dict[tuple[str, int], list[LedgerEntry]] = {}  # by what is loading
        self._sweep_at = time.monotonic() + SWEEP_S

    def limit_of(self, caller: Caller) -> int:
        """Return the caller's budget for a day."""
        return self.limit_for(caller.budget_nanousd)

    def limit_for(self, chosen: int | None) -> int:
        """Return the budget for a day of whoever has a budget of their own, or none."""
        return self._default_nanousd if chosen is None else chosen

    async def reserve(self, caller: Caller, call: RunningCall) -> None:
        """Set the call's estimate aside.

        Raises:
            BudgetExhausted: When today's budget is spent.
            RateLimited: When only running or unsettled calls stand in the way.
            Unavailable: When the spending cannot be read.
        """
        await self.reserve_within(self.limit_of(caller), caller, call)

    async def reserve_within(self, limit: int, caller: Caller, call: RunningCall) -> None:
        """Set the call's estimate aside within a limit; refuses as `reserve` does."""
        account = await self._account(caller.user_id, call.day_ms)
        if account.spent >= limit:
            raise exhausted(limit)
        if account.spent + account.reserved_sum >= limit:
            raise waiting()
        account.reserved[call.id] = call.opening.reserved_nanousd

    def cancel(self, call: RunningCall) -> None:
        """Give a reservation back: the call did not begin."""
        account = self._accounts.get((call.opening.user_id, call.day_ms))
        if account is not None:
            account.reserved.pop(call.id, None)

    def settle(self, entry: LedgerEntry) -> None:
        """Book the row's cost in place of its reservation; an unsettled row keeps it."""
        name = (entry.user_id, entry.day_ms)
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
        """Read the accounts of a dead worker's calls anew: here they were never its own."""

    async def run(self) -> None:
        """Do what is to be done beside the calls: nothing, in one worker."""

    async def _account(self, user_id: str, day_ms: int) -> Account:
        now = time.monotonic()
        account = self._accounts.get((user_id, day_ms))
        if account is None:
            account = await self._load_once(user_id, day_ms)
        account.used_at = now
        if now >= self._sweep_at:
            self._sweep(now)
        return account

    async def _load_once(self, user_id: str, day_ms: int) -> Account:
        """Read an account, once for all who wait for it."""
        name = (user_id, day_ms)
        loading = self._loading.get(name)
        if loading is None:
            loading = self._loading[name] = asyncio.create_task(self._load(*name))
            loading.add_done_callback(lambda _done: self._loading.pop(name, None))
        return await asyncio.shield(loading)

    async def _load(self, user_id: str, day_ms: int) -> Account:
        account = await read_or_unavailable(self._database, user_id, day_ms)
        account = self._accounts.setdefault((user_id, day_ms), account)
        for entry in self._settled_meanwhile.pop((user_id, day_ms), ()):
            self.settle(entry)
        return account

    def _sweep(self, now: float) -> None:
        """Forget accounts that are idle and hold no reservation."""
        self._sweep_at = now + SWEEP_S
        for name, account in list(self._accounts.items()):
            if not account.reserved and now - account.used_at > IDLE_S:
                del self._accounts[name]


def read_account(connection: Connection, user_id: str, day_ms: int) -> Account:
    """Read a user's day from the roll-ups and the rows that are not settled yet."""
    next_day_ms = day_ms + clock.MS_PER_DAY
    hours = hours_table.c
    in_day = (hours.start_ms >= day_ms) & (hours.start_ms < next_day_ms)
    spent = connection.scalar(
        select(func.sum(hours.cost_nanousd)).where(hours.user_id == user_id, in_day)
    )
    rows = calls_table.c
    open_rows = select(rows.id, rows.reserved_nanousd).where(
        rows.user_id == user_id,
        rows.id >= first_id_at(day_ms),
        rows.id < first_id_at(next_day_ms),
        rows.settled == false(),
    )
    reserved = {row.id: row.reserved_nanousd for row in connection.execute(open_rows)}
    return Account(int(spent or 0), reserved)


async def read_or_unavailable(database: Database, user_id: str, day_ms: int) -> Account:
    """Read a user's day.

    Raises:
        Unavailable: When the database is away.
    """
    return await available.answer(database, lambda it: read_account(it, user_id, day_ms), "budget")


def exhausted(limit_nanousd: int) -> BudgetExhausted:
    """Return the refusal of a call when the day's budget is spent."""
    return BudgetExhausted(
        f"Today's budget of ${money.to_text(limit_nanousd)} is spent; it resets at 00:00 UTC.",
        headers={"x-should-retry": "false"},
        metadata={"resets_at": clock.next_midnight().isoformat()},
    )


def waiting() -> RateLimited:
    """Return the refusal of a call when only running ones stand in the way."""
    return RateLimited(
        "The calls that you have running may use up the rest of today's budget; "
        "wait for them to end.",
        1,
    )
