"""The budget of several workers, in Redis: `budget.lua` is atomic, and its clock is Redis'.

The rules are those of `budget.py`. Calls that the ledger does not have yet are held by the worker
that runs them, and leased in Redis; those of a dead worker end with their lease, or pass to the
rows that recovery writes. What may or may not have reached Redis is never sent twice: the account
is forgotten and read from the ledger again. While Redis is away each worker keeps to a share of
what is left of each budget.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.errors import Unavailable
from hcai_app.services.call import Caller, LedgerEntry, RunningCall
from hcai_app.services.limits.accounts import (
    AccountId,
    Claim,
    Gate,
    Held,
    current_account,
    read_or_unavailable,
)
from hcai_app.services.limits.budget import Budget
from hcai_app.services.limits.shares import Shares
from hcai_app.services.limits.verdicts import changing, exhausted, waiting
from hcai_app.services.redis_client import WORKERS, Arg, Away, LuaScript, RedisClient, Reply

log = logging.getLogger(__name__)

LEASE_MS = 30_000
RENEW_S = 4.0
READ_S = 0.5
READINGS = 10  # so often is an account read for one call, if rows are booked meanwhile
# An account in use is read again after so long, whatever happened to what was to be booked on it;
# and once after each outage, from which old data may come back.
FRESH_MS = 5 * clock.MS_PER_MINUTE
HOLD_BATCH = 500

SCRIPT = LuaScript(Path(__file__).with_name("budget.lua").read_text())
UNKNOWN, ADMITTED, EXHAUSTED, WAITING, INCOMPLETE = -1, 0, 1, 2, 3


class SharedBudget(Budget):
    """The accounts of all workers."""

    def __init__(
        self,
        database: Database,
        default_nanousd: int,
        redis: RedisClient,
        brake_nanousd: int | None = None,
    ) -> None:
        super().__init__(database, default_nanousd, brake_nanousd)
        self._redis = redis
        self._held: dict[AccountId, Held] = {}  # what runs here, or is on its way to the ledger
        self._doubtful: dict[AccountId, set[str]] = {}  # what Redis may not know has ended
        self._shares = Shares(database, redis)
        self._old: dict[AccountId, None] = {}  # to be read again
        self._used: dict[AccountId, None] = {}
        self._registered_at = time.monotonic()
        redis.on_join.append(self)

    async def reserve(self, caller: Caller, call: RunningCall) -> None:
        """Set the call's estimate aside; refusals are those of `Budget.reserve`.

        Raises:
            Unavailable: When Redis is away and this worker's share is used up, too.
        """
        claims = self.claims(caller, call)
        names = [claim.account for claim in claims]
        try:
            verdict, at = await self._ask(claims, call)
        except Away:
            verdict, at = INCOMPLETE, 0
            self._doubt(names, call.id)
        except BaseException:
            self._tell(names, [call.id], "cancel", call.id)
            raise
        if verdict == INCOMPLETE:
            await self._shares.check(claims, self._held)
            self._tell(names, [], *_hold(call.id, "r", call.opening.reserved_nanousd))
        elif verdict == EXHAUSTED:
            raise exhausted(claims[at])
        elif verdict == WAITING:
            raise waiting(claims[at])
        for name in names:
            self._held.setdefault(name, Held()).put(call.id, call.opening.reserved_nanousd)

    def cancel(self, call: RunningCall) -> None:
        """Give a reservation back: the call did not begin."""
        names = self._names(call.opening)
        for name in names:
            self._drop(name, call.id)
        self._tell(names, [call.id], "cancel", call.id)

    def settle(self, entry: LedgerEntry) -> None:
        """Count a call's cost in place of its estimate: it has ended, its row is on its way."""
        names = [name for name in self._names(entry) if self._holds(name, entry.id)]
        if entry.settled and names:
            for name in names:
                self._held[name].put(entry.id, entry.cost_nanousd, is_certain=True)
            self._tell(names, [], *_hold(entry.id, "c", entry.cost_nanousd))

    def book(self, entries: Iterable[LedgerEntry]) -> None:
        """Take rows for the ledger's: they are in the database, settled or not."""
        for entry in entries:
            names = self._names(entry)
            amount = entry.cost_nanousd if entry.settled else entry.reserved_nanousd
            for name in names:
                self._drop(name, entry.id)
                self._shares.use(name, amount)
            booked = self._tell(names, [entry.id], "book", entry.id, int(entry.settled), amount)
            if booked is not None:
                booked.add_done_callback(partial(self._read_if_forgotten, names))

    def forget(self, entries: Iterable[LedgerEntry]) -> None:
        """Read the accounts of these rows again: what the ledger has of them is not known here."""
        for entry in entries:
            names = self._names(entry)
            for name in names:
                self._drop(name, entry.id)
                self._old[name] = None
            self._tell(names, [entry.id], "forget", entry.id)

    def forget_user(self, user_id: str) -> None:
        """Read the accounts of a user, or of EVERYBODY, again, as `Budget` does."""
        self._old[current_account(user_id)] = None
        self._old |= {it: None for it in self._used if it.user_id == user_id}

    async def gate(self, name: AccountId) -> Gate | None:
        """Return what the gate thinks; None where the ledger would be read first.

        Raises:
            Away: When Redis is away.
        """
        spent, *others, age_ms = await self._run([name], "show")
        if spent is None:
            return None
        certain, reserved, unsettled = (int(value or 0) for value in others)
        return Gate(int(spent), certain, reserved + unsettled, (age_ms or 0) / 1000)

    async def read_again(self, name: AccountId) -> None:
        """Read an account from the ledger, in which calls may go on meanwhile.

        Raises:
            Away: When Redis is away.
            Unavailable: When the database is away, or rows are booked all the time.
        """
        for _ in range(READINGS):
            _, _, token, *ids = await self._run([name], "read_again", _token())
            if await self._open(name, token, ids):
                return
        raise changing()

    async def run(self) -> None:
        """Renew the leases of what is held, and read what was forgotten, until cancelled."""
        renew_at = 0.0
        while True:
            await asyncio.sleep(READ_S)
            if self._redis.is_away:
                continue
            if time.monotonic() >= renew_at:
                renew_at = time.monotonic() + RENEW_S
                self._hold_all()
            await self._read_old()

    def used(self) -> list[AccountId]:
        """Return the accounts that were in use since this was asked last."""
        used, self._used = self._used, {}
        return list(used)

    def register(self) -> list[Reply]:
        """Forget what Redis may not know, and lease what is held: Redis is back, or lost data."""
        self._shares.clear()
        self._registered_at = time.monotonic()
        self._old |= self._used | dict.fromkeys(self._doubtful)
        doubtful, self._doubtful = self._doubtful, {}
        forgotten = [
            self._post([name], [*ids], "forget", *(it for it in ids if not self._holds(name, it)))
            for name, ids in doubtful.items()
        ]
        return [*forgotten, *self._hold_all()]

    async def _ask(self, claims: list[Claim], call: RunningCall) -> tuple[int, int]:
        """Ask Redis; return its verdict, and which of the claims it is about."""
        names = [claim.account for claim in claims]
        self._used |= dict.fromkeys(names)
        limits = [claim.limit for claim in claims]
        for _ in range(READINGS):
            at: int
            verdict, at, *details = await self._run(
                names,
                "reserve",
                call.id,
                call.opening.reserved_nanousd,
                LEASE_MS,
                _token(),
                self._redis.registered_workers,
                *limits,
            )
            if verdict == ADMITTED:
                ages = zip(names, details, strict=True)
                fresh_ms = min(FRESH_MS, 1000 * (time.monotonic() - self._registered_at))
                self._old |= {name: None for name, age_ms in ages if age_ms > fresh_ms}
            if verdict != UNKNOWN:
                return verdict, at - 1
            token, *ids = details
            name = names[at - 1]
            await self._readings.once(name, partial(self._open, name, token, ids))
        raise changing()

    async def _read_old(self) -> None:
        old, self._old = self._old, {}
        for name in old:
            try:
                await self.read_again(name)
            except (Away, Unavailable):
                log.debug("an account is read again later")

    async def _open(self, name: AccountId, token: str, ids: list[str]) -> bool:
        """Read an account from the ledger into Redis; False when somebody was faster."""
        found = await read_or_unavailable(self._database, name, ids)
        unsettled: list[Arg] = [part for pair in found.unsettled.items() for part in pair]
        lists: tuple[list[Arg], ...] = (unsettled, [*found.settled], [*ids])
        flat = [part for one in lists for part in (len(one), *one)]
        opening = ("open", token, found.spent, found.recent_from)
        return bool(await self._run([name], *opening, *flat))

    def _holds(self, name: AccountId, call_id: str) -> bool:
        return call_id in self._held.get(name, ())

    def _drop(self, name: AccountId, call_id: str) -> None:
        held = self._held.get(name)
        if held is not None:
            held.drop(call_id)
            if not held:
                del self._held[name]

    def _doubt(self, names: Iterable[AccountId], *ids: str) -> None:
        for name in names:
            self._doubtful.setdefault(name, set()).update(ids)

    def _hold_all(self) -> list[Reply]:
        asked: list[Reply] = []
        for name, held in self._held.items():
            calls = [*held.parts()]
            for start in range(0, len(calls), HOLD_BATCH * 3):
                part = calls[start : start + HOLD_BATCH * 3]
                asked.append(self._post([name], [], *_hold(*part)))
        return asked

    def _run(self, names: Iterable[AccountId], *command: Arg) -> Reply:
        return self._redis.ask(SCRIPT, _keys(names), [*command])

    def _read_if_forgotten(self, names: Iterable[AccountId], booked: Reply) -> None:
        if booked.cancelled() or booked.exception() is not None:
            return
        self._old |= {
            name: None for name, known in zip(names, booked.result(), strict=True) if not known
        }

    def _tell(self, names: Iterable[AccountId], ids: list[str], *command: Arg) -> Reply | None:
        """Send what nobody waits for; if it may not have arrived, the accounts are doubtful."""
        return self._redis.tell(SCRIPT, _keys(names), [*command], lambda: self._doubt(names, *ids))

    def _post(self, names: Iterable[AccountId], ids: list[str], *command: Arg) -> Reply:
        return self._redis.post(SCRIPT, _keys(names), [*command], lambda: self._doubt(names, *ids))


def _keys(names: Iterable[AccountId]) -> list[str]:
    """Return the keys of the workers and of the accounts, as `budget.lua` takes them."""
    keys = [WORKERS]
    for user_id, period, key_id in names:
        whose = f"{user_id}:{period.start_ms}" if key_id is None else f"{key_id}:{period.start_ms}"
        account = f"hcai:budget:{whose}"
        keys += (account, f"{account}:leases", f"hcai:unsettled:{whose}", f"{account}:booked")
    return keys


def _hold(*calls: Arg) -> tuple[Arg, ...]:
    return ("hold", LEASE_MS, *calls)


def _token() -> str:
    return secrets.token_hex(8)
