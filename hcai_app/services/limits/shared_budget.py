"""The budget and the calls in flight of several workers, in Redis: `budget.lua` is atomic.

The rules are those of `budget.py`. Reservations and running calls are leases that their worker
renews; those of a dead worker end by themselves, or pass to the rows that adoption writes. After a
loss of Redis an account is reloaded from the ledger, and every worker leases its running calls
again. While Redis is away each worker keeps to its own share of the budget.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, cast

from redis.exceptions import RedisError

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.services.call import Caller, LedgerEntry, RunningCall
from hcai_app.services.limits.budget import (
    AccountId,
    Budget,
    account_of,
    exhausted,
    read_or_unavailable,
    waiting,
)
from hcai_app.services.limits.in_flight import Slot, too_many
from hcai_app.services.redis_client import RedisClient

log = logging.getLogger(__name__)

LEASE_MS = 15_000
RENEW_S = 4.0
RETRY_S = 1.0
# A row that waits for its cost is settled by estimate after a day, at the latest.
UNSETTLED_MS = 25 * clock.MS_PER_HOUR
AWAY = (RedisError, OSError, TimeoutError)

SCRIPT = Path(__file__).with_name("budget.lua").read_text()
UNKNOWN, EXHAUSTED, WAITING = -1, 1, 2  # 0: admitted


class SharedBudget(Budget):
    """The accounts of all workers; without Redis those of this one, with a share of the budget."""

    def __init__(
        self, database: Database, default_nanousd: int, redis: RedisClient, worker: str
    ) -> None:
        super().__init__(database, default_nanousd)
        self._redis = redis
        self._worker = worker
        self._workers = 1
        self._held: dict[str, tuple[str, int]] = {}  # call id -> account, amount
        self._outbox: asyncio.Queue[Callable[[], Awaitable[Any]]] = asyncio.Queue()
        self._script = redis.client.register_script(SCRIPT)

    async def reserve(self, caller: Caller, call: RunningCall) -> None:
        """Set the call's estimate aside; refusals are those of `Budget.reserve`."""
        try:
            verdict = await self._ask(caller, call)
        except AWAY as error:
            log.warning("the budget is not shared: %s", type(error).__name__)
            await self._reserve_share(caller, call)
            return
        if verdict == EXHAUSTED:
            raise exhausted(self.limit_of(caller))
        if verdict == WAITING:
            raise waiting()
        self._held[call.id] = (_key(account_of(call.opening)), _amount(call))

    def cancel(self, call: RunningCall) -> None:
        """Give a reservation back: the call did not begin."""
        super().cancel(call)
        self._release(call.id, _key(account_of(call.opening)), 0)

    def settle(self, entry: LedgerEntry) -> None:
        """Book the row's cost in place of its reservation; an unsettled row keeps it."""
        super().settle(entry)
        account = _key(account_of(entry))
        if entry.settled:
            self._release(entry.id, account, entry.cost_nanousd)
        else:
            self._held.pop(entry.id, None)
            lease = [entry.id, entry.reserved_nanousd, clock.now_ms() + UNSETTLED_MS]
            self._outbox.put_nowait(partial(self._run, "renew", account, *lease))

    def reread(self, entries: Iterable[LedgerEntry]) -> None:
        """Drop the accounts of a dead worker's calls: its last costs may be in the ledger alone."""
        for account in {_key(account_of(entry)) for entry in entries}:
            self._outbox.put_nowait(partial(self._redis.client.delete, *_keys(account)))

    async def run(self) -> None:
        """Renew leases and flush the outbox until cancelled."""
        await asyncio.gather(self._send(), self._renew_leases())

    async def _ask(self, caller: Caller, call: RunningCall) -> int:
        name = account_of(call.opening)
        account = _key(name)
        args = [clock.now_ms(), self.limit_of(caller), call.id, _amount(call), LEASE_MS]
        verdict = await self._run("reserve", account, *args)
        if verdict != UNKNOWN:
            return verdict
        known = await read_or_unavailable(self._database, name)
        until = clock.now_ms() + UNSETTLED_MS
        open_rows = [part for pair in known.reserved.items() for part in pair]
        await self._run("open", account, known.spent, until, *open_rows)
        return await self._run("reserve", account, *args)

    async def _reserve_share(self, caller: Caller, call: RunningCall) -> None:
        """Reserve in this worker's memory, within its share."""
        await self.reserve_within(self.limit_of(caller) // self._workers, caller, call)
        self._held[call.id] = (_key(account_of(call.opening)), _amount(call))

    def _release(self, call_id: str, account: str, cost: int) -> None:
        self._held.pop(call_id, None)
        self._outbox.put_nowait(partial(self._run, "settle", account, call_id, cost))

    async def _send(self) -> None:
        """Send one by one; what Redis does not take now it takes later."""
        booking = await self._outbox.get()
        while True:
            if await self._is_sent(booking):
                booking = await self._outbox.get()
            else:
                await asyncio.sleep(RETRY_S)

    async def _is_sent(self, booking: Callable[[], Awaitable[Any]]) -> bool:
        try:
            await booking()
        except AWAY:
            return False
        return True

    async def _renew_leases(self) -> None:
        while True:
            try:
                self._workers = await self._redis.count_workers(self._worker, LEASE_MS)
                until = clock.now_ms() + LEASE_MS
                for call_id, (account, amount) in list(self._held.items()):
                    await self._run("renew", account, call_id, amount, until)
            except AWAY as error:
                log.warning("reservations are not renewed: %s", type(error).__name__)
            await asyncio.sleep(RENEW_S)

    async def _run(self, command: str, account: str, *args: str | int) -> int:
        return int(cast("int", await self._script(_keys(account), [command, *args])))


class SharedInFlight:
    """How many calls a user has running on all workers."""

    def __init__(self, redis: RedisClient, max_per_user: int) -> None:
        self._redis = redis
        self._max_per_user = max_per_user
        self._held: dict[int, tuple[str, str]] = {}  # slot -> key, member
        self._script = redis.client.register_script(SCRIPT)

    async def check(self, slot: Slot, call_id: str) -> None:
        """Take a place among all workers' calls.

        Raises:
            RateLimited: When too many run already.
        """
        key = f"hcai:running:{slot.caller.user_id}"
        args = ["enter", clock.now_ms(), self._max_per_user, call_id, LEASE_MS]
        try:
            has_room = cast("int", await self._script(keys=[key], args=args))
        except AWAY as error:
            log.warning("running calls are not counted together: %s", type(error).__name__)
            return
        if not has_room:
            raise too_many(self._max_per_user)
        self._held[id(slot)] = (key, call_id)

    def leave(self, slot: Slot) -> None:
        """Give the place back."""
        held = self._held.pop(id(slot), None)
        if held is not None:
            self._redis.later(self._redis.client.zrem(*held))

    async def run(self) -> None:
        """Renew the leases until cancelled."""
        while True:
            await asyncio.sleep(RENEW_S)
            try:
                for key, member in list(self._held.values()):
                    await self._redis.client.zadd(key, {member: clock.now_ms() + LEASE_MS})
            except AWAY as error:
                log.warning("running calls are not renewed: %s", type(error).__name__)


def _key(name: AccountId) -> str:
    return f"hcai:budget:{name.user_id}:{name.period.start_ms}"


def _keys(account: str) -> list[str]:
    return [account, f"{account}:leases"]


def _amount(call: RunningCall) -> int:
    return call.opening.reserved_nanousd
