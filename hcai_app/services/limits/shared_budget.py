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
    Gate,
    Held,
    account_of,
    current_account,
    read_or_unavailable,
)
from hcai_app.services.limits.budget import Budget, exhausted, waiting
from hcai_app.services.limits.shares import Shares
from hcai_app.services.redis_client import WORKERS, Arg, Away, LuaScript, RedisClient, Reply

log = logging.getLogger(__name__)

LEASE_MS = 30_000
RENEW_S = 4.0
READ_S = 0.5
READINGS = 10  # so often is an account read for one call, if rows are booked meanwhile
# An account in use is read again after so long, whatever happened to what was to be booked on it.
FRESH_MS = 5 * clock.MS_PER_MINUTE
HOLD_BATCH = 500

SCRIPT = LuaScript(Path(__file__).with_name("budget.lua").read_text())
UNKNOWN, ADMITTED, EXHAUSTED, WAITING, INCOMPLETE = -1, 0, 1, 2, 3


class SharedBudget(Budget):
    """The accounts of all workers."""

    def __init__(self, database: Database, default_nanousd: int, redis: RedisClient) -> None:
        super().__init__(database, default_nanousd)
        self._redis = redis
        self._held: dict[AccountId, Held] = {}  # what runs here, or is on its way to the ledger
        self._doubtful: dict[AccountId, set[str]] = {}  # what Redis may not know has ended
        self._shares = Shares(database, redis)
        self._old: dict[AccountId, None] = {}  # to be read again
        self._used: dict[AccountId, None] = {}
        redis.on_join.append(self)

    async def reserve(self, caller: Caller, call: RunningCall) -> None:
        """Set the call's estimate aside; refusals are those of `Budget.reserve`.

        Raises:
            Unavailable: When Redis is away and this worker's share is used up, too.
        """
        name, limit = account_of(call.opening), self.limit_of(caller)
        try:
            verdict = await self._ask(name, limit, call)
        except Away:
            verdict = INCOMPLETE
            self._doubt(name, call.id)
        except BaseException:
            self._tell(name, [call.id], "cancel", call.id)
            raise
        if verdict == INCOMPLETE:
            await self._shares.check(name, limit, self._held.get(name))
            self._tell(name, [], "hold", LEASE_MS, call.id, "r", call.opening.reserved_nanousd)
        elif verdict == EXHAUSTED:
            raise exhausted(limit)
        elif verdict == WAITING:
            raise waiting()
        self._held.setdefault(name, Held()).put(call.id, call.opening.reserved_nanousd)

    def cancel(self, call: RunningCall) -> None:
        """Give a reservation back: the call did not begin."""
        name = account_of(call.opening)
        self._drop(name, call.id)
        self._tell(name, [call.id], "cancel", call.id)

    def settle(self, entry: LedgerEntry) -> None:
        """Count a call's cost in place of its estimate: it has ended, its row is on its way."""
        name = account_of(entry)
        held = self._held.get(name)
        if entry.settled and held is not None and entry.id in held:
            held.put(entry.id, entry.cost_nanousd, is_certain=True)
            self._tell(name, [], "hold", LEASE_MS, entry.id, "c", entry.cost_nanousd)

    def book(self, entries: Iterable[LedgerEntry]) -> None:
        """Take rows for the ledger's: they are in the database, settled or not."""
        for entry in entries:
            name = account_of(entry)
            self._drop(name, entry.id)
            amount = entry.cost_nanousd if entry.settled else entry.reserved_nanousd
            self._shares.use(name, amount)
            booked = self._tell(name, [entry.id], "book", entry.id, int(entry.settled), amount)
            if booked is not None:
                booked.add_done_callback(partial(self._read_if_forgotten, name))

    def forget(self, entries: Iterable[LedgerEntry]) -> None:
        """Read the accounts of these rows again: what the ledger has of them is not known here."""
        for entry in entries:
            name = account_of(entry)
            self._drop(name, entry.id)
            self._tell(name, [entry.id], "forget", entry.id)
            self._old[name] = None

    def forget_user(self, user_id: str) -> None:
        """Read a user's account again: something about them changed, or was booked elsewhere."""
        self._old[current_account(user_id)] = None

    async def gate(self, name: AccountId) -> Gate | None:
        """Return what the gate thinks; None where the ledger would be read first.

        Raises:
            Away: When Redis is away.
        """
        spent, *others, age_ms = await self._run(name, "show")
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
            _, token, *ids = await self._run(name, "read_again", _token())
            if await self._open(name, token, ids):
                return
        raise _changing()

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
        self._old |= self._used | dict.fromkeys(self._doubtful)
        doubtful, self._doubtful = self._doubtful, {}
        forgotten = [
            self._post(name, [*ids], "forget", *(id_ for id_ in ids if not self._holds(name, id_)))
            for name, ids in doubtful.items()
        ]
        return [*forgotten, *self._hold_all()]

    async def _ask(self, name: AccountId, limit: int, call: RunningCall) -> int:
        amount = call.opening.reserved_nanousd
        self._used[name] = None
        for _ in range(READINGS):
            verdict, *details = await self._run(
                name,
                "reserve",
                limit,
                call.id,
                amount,
                LEASE_MS,
                _token(),
                self._redis.registered_workers,
            )
            if verdict != UNKNOWN:
                if verdict == ADMITTED and details[0] > FRESH_MS:
                    self._old[name] = None
                return verdict
            token, *ids = details
            await self._open(name, token, ids)
        raise _changing()

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
        missing = [id_ for id_ in ids if id_ not in found.settled and id_ not in found.unsettled]
        lists: tuple[list[Arg], ...] = (unsettled, [*found.settled], [*missing])
        flat = [part for one in lists for part in (len(one), *one)]
        return bool(await self._run(name, "open", token, found.spent, *flat))

    def _holds(self, name: AccountId, call_id: str) -> bool:
        return call_id in self._held.get(name, ())

    def _drop(self, name: AccountId, call_id: str) -> None:
        held = self._held.get(name)
        if held is not None:
            held.drop(call_id)
            if not held:
                del self._held[name]

    def _doubt(self, name: AccountId, *ids: str) -> None:
        self._doubtful.setdefault(name, set()).update(ids)

    def _hold_all(self) -> list[Reply]:
        asked: list[Reply] = []
        for name, held in self._held.items():
            calls = [
                part
                for call_id, amount, is_certain in held.items()
                for part in (call_id, "c" if is_certain else "r", amount)
            ]
            for start in range(0, len(calls), HOLD_BATCH * 3):
                part = calls[start : start + HOLD_BATCH * 3]
                asked.append(self._post(name, [], "hold", LEASE_MS, *part))
        return asked

    def _run(self, name: AccountId, command: str, *args: Arg) -> Reply:
        return self._redis.ask(SCRIPT, _keys(name), [command, *args])

    def _read_if_forgotten(self, name: AccountId, booked: Reply) -> None:
        if not booked.cancelled() and booked.exception() is None and not booked.result():
            self._old[name] = None

    def _tell(self, name: AccountId, ids: list[str], command: str, *args: Arg) -> Reply | None:
        """Send what nobody waits for; if it may not have arrived, the account is doubtful."""
        return self._redis.tell(
            SCRIPT, _keys(name), [command, *args], lambda: self._doubt(name, *ids)
        )

    def _post(self, name: AccountId, ids: list[str], command: str, *args: Arg) -> Reply:
        return self._redis.post(
            SCRIPT, _keys(name), [command, *args], lambda: self._doubt(name, *ids)
        )


def _keys(name: AccountId) -> list[str]:
    whose = f"{name.user_id}:{name.period.start_ms}"
    account = f"hcai:budget:{whose}"
    return [account, f"{account}:leases", f"hcai:unsettled:{whose}", WORKERS]


def _token() -> str:
    return secrets.token_hex(8)


def _changing() -> Unavailable:
    return Unavailable("Your budget is being added up; try again in a moment.", 1)
