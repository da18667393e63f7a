"""The budget in one worker: reserve an estimate, then settle the true cost.

A call is admitted by its user's account, by that of its key where it has a budget of its own, and
by everybody's where the operator has set a brake: by all of them in one step, or by none.

A call is admitted while spent + reserved < budget; then its whole estimate is reserved. So a
student with money left and nothing running is never refused because a model is dear, and the
overrun is one call at most. A call belongs to the period in which it started.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from hcai_app.db.engine import Database
from hcai_app.services.call import Caller, CallStart, LedgerEntry, RunningCall
from hcai_app.services.limits.account_readings import AccountReadings
from hcai_app.services.limits.accounts import (
    AccountId,
    Claim,
    Gate,
    Held,
    accounts_of,
    of_everybody,
    read_or_unavailable,
)
from hcai_app.services.limits.verdicts import exhausted, waiting

# An account that nobody used for so long is read from the database again next time.
IDLE_S = 900.0
SWEEP_S = 60.0


@dataclass(slots=True)
class _Account:
    """One account: what was read of the ledger, if it is right, and what it lacks."""

    held: Held = field(default_factory=Held)
    spent: int | None = None  # None: the ledger is to be read
    unsettled: dict[str, int] = field(default_factory=dict[str, int])
    is_stale: bool = False  # what is being read: something was booked meanwhile
    used_at: float = 0.0

    @property
    def certain(self) -> int:
        """What is spent for certain."""
        return (self.spent or 0) + self.held.certain_sum

    @property
    def reserved(self) -> int:
        """What running and unsettled calls may cost."""
        return self.held.reserved_sum + (sum(self.unsettled.values()) if self.unsettled else 0)


class Budget:
    """The accounts of this worker, which is alone.

    `reserve` holds a call until `book` says that its row is in the ledger. Whenever it cannot be
    known whether the ledger was read with a row or without, it is read again.
    """

    def __init__(
        self, database: Database, default_nanousd: int, brake_nanousd: int | None = None
    ) -> None:
        self._database = database
        self._default_nanousd = default_nanousd
        self.brake_nanousd = brake_nanousd  # what all users together may spend; None: no brake
        self._accounts: dict[AccountId, _Account] = {}
        self._readings = AccountReadings()
        self._sweep_at = time.monotonic() + SWEEP_S

    def limit_of(self, caller: Caller) -> int:
        """Return the caller's budget for a period."""
        return self.limit_for(caller.budget_nanousd, caller.granted())

    def limit_for(self, chosen: int | None, granted: int | None) -> int:
        """Return a period's budget of whoever has one of their own, or a grant, or neither."""
        limit = self._default_nanousd if chosen is None else chosen
        return limit if granted is None else max(limit, granted)

    def claims(self, caller: Caller, call: RunningCall) -> list[Claim]:
        """Return what is to admit a call: the budgets of its user, of its key, of everybody."""
        of_user, *of_key = accounts_of(call.opening)
        claims = [Claim(of_user, self.limit_of(caller))]
        if caller.rules is not None and caller.rules.budget_nanousd is not None:
            claims += (Claim(account, caller.rules.budget_nanousd) for account in of_key)
        if self.brake_nanousd is not None:
            claims.append(Claim(of_everybody(of_user.period), self.brake_nanousd))
        return claims

    async def reserve(self, caller: Caller, call: RunningCall) -> None:
        """Set the call's estimate aside.

        Raises:
            BudgetExhausted: When the period's budget is spent.
            RateLimited: When only running or unsettled calls stand in the way, or when all users
                together have spent what there is.
            Unavailable: When the spending cannot be read.
        """
        claims = self.claims(caller, call)
        accounts = [self._account(claim.account) for claim in claims]
        for account in accounts:
            if account.spent is None:
                await self._read_unknown(claims, accounts)
        refusal = None
        for claim, account in zip(claims, accounts, strict=True):
            left = claim.limit - account.certain
            if left <= 0:
                raise exhausted(claim)
            if account.reserved >= left and refusal is None:
                refusal = waiting(claim)
        if refusal is not None:
            raise refusal
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
        """Read the accounts of a user, or of EVERYBODY, again.

        An operator wants it, rows were booked elsewhere, or something about the user changed.
        """
        for name, account in self._accounts.items():
            if name.user_id == user_id:
                account.spent, account.is_stale = None, True

    async def gate(self, name: AccountId) -> Gate | None:
        """Return what the gate thinks; None where the ledger would be read first."""
        account = self._accounts.get(name)
        if account is None or account.spent is None:
            return None
        return Gate(account.spent, account.held.certain_sum, account.reserved)

    async def run(self) -> None:
        """Do what is to be done beside the calls: nothing, in one worker."""

    def used(self) -> list[AccountId]:
        """Return the accounts that were in use not long ago."""
        return list(self._accounts)

    def _names(self, call: CallStart | LedgerEntry) -> tuple[AccountId, ...]:
        """Return all accounts that a call may be booked on."""
        names = accounts_of(call)
        return names if self.brake_nanousd is None else (*names, of_everybody(names[0].period))

    def _known(self, call: CallStart | LedgerEntry) -> list[_Account]:
        """Return those accounts of a call that anybody has asked for."""
        known = self._accounts
        return [known[name] for name in self._names(call) if name in known]

    async def _read_unknown(self, claims: list[Claim], accounts: list[_Account]) -> None:
        """Read of the ledger until all are known: one may be forgotten while another is read."""
        while unknown := [n for n, account in enumerate(accounts) if account.spent is None]:
            name, account = claims[unknown[0]].account, accounts[unknown[0]]
            await self._readings.once(name, partial(self._read, name, account))

    def _account(self, name: AccountId) -> _Account:
        now = time.monotonic()
        if now >= self._sweep_at:
            self._sweep(now)
        account = self._accounts.get(name)
        if account is None:
            account = self._accounts[name] = _Account()
        account.used_at = now
        return account

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
