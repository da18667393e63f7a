"""The budget in one worker: reserve an estimate, then settle the true cost.

A call is admitted by its user's account and, where its key has a budget of its own, by that of the
key: by both in one step, or by none.

A call is admitted while spent + reserved < budget; then its whole estimate is reserved. So a
student with money left and nothing running is never refused because a model is dear, and the
overrun is one call at most. A call belongs to the period in which it started.
"""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from hcai_app import clock, formatting
from hcai_app.db.engine import Database
from hcai_app.errors import BudgetExhausted, RateLimited
from hcai_app.services.call import Caller, CallStart, LedgerEntry, RunningCall
from hcai_app.services.limits import period
from hcai_app.services.limits.accounts import (
    AccountId,
    Claim,
    Gate,
    Held,
    accounts_of,
    read_or_unavailable,
)

# An account that nobody used for so long is read from the database again next time.
IDLE_S = 900.0
SWEEP_S = 60.0


@dataclass(slots=True)
class _Account:
    """One user's period: what was read of the ledger, if it is right, and what it lacks."""

    held: Held = field(default_factory=Held)
    spent: int | None = None  # None: the ledger is to be read
    unsettled: dict[str, int] = field(default_factory=dict[str, int])
    is_stale: bool = False  # what is being read: something was booked meanwhile
    used_at: float = 0.0


class Budget:
    """The accounts of this worker, which is alone.

    `reserve` holds a call until `book` says that its row is in the ledger. Whenever it cannot be
    known whether the ledger was read with a row or without, it is read again.
    """

    def __init__(self, database: Database, default_nanousd: int) -> None:
        self._database = database
        self._default_nanousd = default_nanousd
        self._accounts: dict[AccountId, _Account] = {}
        self._reading: dict[AccountId, asyncio.Task[None]] = {}
        self._sweep_at = time.monotonic() + SWEEP_S

    def limit_of(self, caller: Caller) -> int:
        """Return the caller's budget for a period."""
        return self.limit_for(caller.budget_nanousd, caller.granted())

    def limit_for(self, chosen: int | None, granted: int | None) -> int:
        """Return a period's budget of whoever has one of their own, or a grant, or neither."""
        limit = self._default_nanousd if chosen is None else chosen
        return limit if granted is None else max(limit, granted)

    def claims(self, caller: Caller, call: RunningCall) -> list[Claim]:
        """Return what is to admit a call: the user's budget, and the key's if it has one."""
        of_user, *of_key = accounts_of(call.opening)
        claims = [Claim(of_user, self.limit_of(caller))]
        if caller.rules is not None and caller.rules.budget_nanousd is not None:
            claims += (Claim(account, caller.rules.budget_nanousd) for account in of_key)
        return claims

    async def reserve(self, caller: Caller, call: RunningCall) -> None:
        """Set the call's estimate aside.

        Raises:
            BudgetExhausted: When the period's budget is spent.
            RateLimited: When only running or unsettled calls stand in the way.
            Unavailable: When the spending cannot be read.
        """
        claims = self.claims(caller, call)
        accounts = await self._read_all(claims)
        for claim, account in zip(claims, accounts, strict=True):
            spent = (account.spent or 0) + account.held.certain_sum
            if spent >= claim.limit:
                raise exhausted(claim)
            reserved = account.held.reserved_sum + sum(account.unsettled.values())
            if spent + reserved >= claim.limit:
                raise waiting(claim)
        for account in accounts:
            account.held.put(call.id, call.opening.reserved_nanousd)

    def cancel(self, call: RunningCall) -> None:
        """Give a reservation back: the call did not begin."""
        for account in self._known(call.opening):
            account.held.drop(call.id)

    def settle(self, entry: LedgerEntry) -> None:
        """Count a call's cost in place of its estimate: it has ended, its row is on its way."""
        for account in self._known(entry):
            if entry.settled and entry.id in account.held:
                account.held.put(entry.id, entry.cost_nanousd, is_certain=True)

    def book(self, entries: Iterable[LedgerEntry]) -> None:
        """Take rows for the ledger's: they are in the database, settled or not."""
        for entry in entries:
            for account in self._known(entry):
                _book(account, entry)

    def forget(self, entries: Iterable[LedgerEntry]) -> None:
        """Read the accounts of these rows again: what the ledger has of them is not known here."""
        for entry in entries:
            for account in self._known(entry):
                account.held.drop(entry.id)
                account.spent, account.is_stale = None, True

    def forget_user(self, user_id: str) -> None:
        """Read a user's accounts again: an operator wants it, or something about them changed."""
        for name, account in self._accounts.items():
            if name.user_id == user_id:
                account.spent, account.is_stale = None, True

    async def gate(self, name: AccountId) -> Gate | None:
        """Return what the gate thinks; None where the ledger would be read first."""
        account = self._accounts.get(name)
        if account is None or account.spent is None:
            return None
        held = account.held
        reserved = held.reserved_sum + sum(account.unsettled.values())
        return Gate(account.spent, held.certain_sum, reserved)

    async def run(self) -> None:
        """Do what is to be done beside the calls: nothing, in one worker."""

    def used(self) -> list[AccountId]:
        """Return the accounts that were in use not long ago."""
        return list(self._accounts)

    def _known(self, call: CallStart | LedgerEntry) -> list[_Account]:
        """Return those accounts of a call that anybody has asked for."""
        found = (self._accounts.get(name) for name in accounts_of(call))
        return [account for account in found if account is not None]

    async def _read_all(self, claims: list[Claim]) -> list[_Account]:
        """Return accounts that are all known at one moment."""
        while True:
            accounts = [await self._account(claim.account) for claim in claims]
            if all(account.spent is not None for account in accounts):
                return accounts

    async def _account(self, name: AccountId) -> _Account:
        now = time.monotonic()
        if now >= self._sweep_at:
            self._sweep(now)
        account = self._accounts.get(name)
        if account is None:
            account = self._accounts[name] = _Account()
        account.used_at = now
        while account.spent is None:
            await self._read_once(name, account)
        return account

    async def _read_once(self, name: AccountId, account: _Account) -> None:
        """Read an account, once for all who wait for it."""
        reading = self._reading.get(name)
        if reading is None:
            reading = self._reading[name] = asyncio.create_task(self._read(name, account))
            reading.add_done_callback(lambda _done: self._reading.pop(name, None))
        await asyncio.shield(reading)

    async def _read(self, name: AccountId, account: _Account) -> None:
        account.is_stale = False
        found = await read_or_unavailable(self._database, name, account.held)
        if account.is_stale:
            return  # a row was booked meanwhile, which may be in it or not
        for call_id in (*found.unsettled, *found.settled):
            account.held.drop(call_id)
        account.spent, account.unsettled = found.spent, found.unsettled

    def _sweep(self, now: float) -> None:
        """Forget accounts that are idle and hold no call."""
        self._sweep_at = now + SWEEP_S
        for name, account in list(self._accounts.items()):
            if not account.held and now - account.used_at > IDLE_S:
                del self._accounts[name]


def _book(account: _Account, entry: LedgerEntry) -> None:
    account.is_stale = True
    is_known = entry.id in account.held or entry.id in account.unsettled
    account.held.drop(entry.id)
    account.unsettled.pop(entry.id, None)
    if not is_known or account.spent is None:
        account.spent = None
    elif entry.settled:
        account.spent += entry.cost_nanousd
    else:
        account.unsettled[entry.id] = entry.reserved_nanousd


def exhausted(claim: Claim) -> BudgetExhausted:
    """Return the refusal of a call when the period's budget is spent, the user's or the key's."""
    resets_at = clock.from_ms(claim.account.period.end_ms)
    spent = f"budget of {formatting.usd_exact(claim.limit)}"
    ends = f"it resets at {period.BOUNDARY}"
    is_key = claim.account.key_id is not None
    message = (
        f"This API key's own {spent} for {period.THIS} is spent; {ends}. Its owner can raise it on "
        "the keys page, or use another key."
        if is_key
        else f"{period.POSSESSIVE} {spent} is spent; {ends}."
    )
    return BudgetExhausted(
        message,
        headers={"x-should-retry": "false"},
        metadata={"resets_at": resets_at.isoformat(), "rule": _rule_of(claim)},
    )


def waiting(claim: Claim) -> RateLimited:
    """Return the refusal of a call when only running ones stand in the way."""
    whose = "of this API key's own budget" if claim.account.key_id else "of the budget"
    return RateLimited(
        f"The calls that you have running may use up the rest {whose} for {period.THIS}; "
        "wait for them to end.",
        1,
        metadata={"rule": _rule_of(claim)},
    )


def _rule_of(claim: Claim) -> str:
    return "budget" if claim.account.key_id is None else "key_budget"
