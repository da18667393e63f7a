"""Several workers in one process, over one database and one Redis, as a site has them."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import pytest

from hcai_app.db.engine import Database
from hcai_app.errors import HcaiError
from hcai_app.services import redis_client
from hcai_app.services.call import Caller, LedgerEntry, Outcome, RunningCall, Usage
from hcai_app.services.ledger import recovery
from hcai_app.services.ledger.journal import Journal
from hcai_app.services.ledger.reconciliation import Reconciler
from hcai_app.services.ledger.rollups import Rollups
from hcai_app.services.ledger.writer import Ledger
from hcai_app.services.limits.accounts import (
    EVERYBODY,
    AccountId,
    Gate,
    current_account,
    read_or_unavailable,
)
from hcai_app.services.limits.shared_budget import SharedBudget
from hcai_app.services.redis_client import RedisClient
from tests.harness.own_redis import OwnRedis
from tests.services.books import open_call

LIMIT = 1_000_000
WORKER_COUNT = 4
BRAKE = 10**12
# A Redis that is there answers within this, on however busy a machine: none of ours is away by it.
BUSY_S = 30.0
FROZEN_S = 0.5


class Worker:
    """What a worker admits and books with."""

    def __init__(self, database: Database, url: str, folder: Path, limit: int, brake: int) -> None:
        self.database = database
        self.redis = RedisClient(url)
        self.budget = SharedBudget(database, limit, self.redis, brake)
        self.journal = Journal(folder)
        totals = Rollups(self.journal.worker)
        self.ledger = Ledger(database, self.journal, totals, [self.budget.book])
        self.reconciler = Reconciler(database, totals, self.budget, self._look_up)
        self.costs: dict[str, int] = {}  # what the provider will tell, by generation
        self.running: list[RunningCall] = []
        self.is_alive = True
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self, *, with_beat: bool = True) -> "Worker":
        self.ledger.start()
        await self.redis.beat()
        if with_beat:
            for work in (self.redis.run(), self.budget.run()):
                self._tasks.append(asyncio.create_task(work))
        return self

    async def begin(self, caller: Caller, estimate: int) -> RunningCall:
        given = {"user_id": caller.user_id, "key_id": caller.key_id}
        call = open_call(**given, reserved_nanousd=estimate, streamed=True)
        await self.budget.reserve(caller, call)
        self.journal.open(call)
        self.running.append(call)
        return call

    async def end(self, call: RunningCall, cost: int | None) -> LedgerEntry:
        """End a call; without a cost its client has left, and its row waits for a look-up."""
        self.running.remove(call)
        call.has_answer, call.generation_id = True, f"gen-{call.id}"
        call.usage = Usage(1, 2, cost_nanousd=cost)
        row = call.finish(Outcome.COMPLETED if cost is not None else Outcome.CLIENT_CLOSED, 200)
        self.budget.settle(row)
        await self.ledger.record(row, call.segment)
        return row

    async def call(self, caller: Caller, cost: int) -> LedgerEntry:
        return await self.end(await self.begin(caller, cost), cost)

    async def adopt(self) -> int:
        return await recovery.adopt(self.journal, self.ledger, self.budget)

    async def kill(self) -> None:
        """Die as of `kill -9`: nothing is told to anybody, the journal stays."""
        self.is_alive = False
        await self._cancel()
        writer = self.ledger._writer
        assert writer is not None
        writer.cancel()
        with suppress(asyncio.CancelledError):
            await writer
        os.close(self.journal._lock)
        await self.redis.client.aclose()

    async def close(self) -> None:
        if not self.is_alive:
            return
        self.is_alive = False
        await self._cancel()
        await self.ledger.close()
        self.journal.close()
        await self.redis.close()

    async def _cancel(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _look_up(self, generation_id: str) -> tuple[str | None, Usage] | None:
        cost = self.costs.get(generation_id)
        return None if cost is None else (None, Usage(1, 2, cost_nanousd=cost))


class Site:
    """All of them."""

    def __init__(self, database: Database, url: str, folder: Path, limit: int, brake: int) -> None:
        self.database = database
        self.url = url
        self.folder = folder
        self.limit = limit
        self.brake = brake
        self.workers: list[Worker] = []

    async def start(self, *, with_beat: bool = True) -> Worker:
        worker = Worker(self.database, self.url, self.folder, self.limit, self.brake)
        self.workers.append(worker)
        return await worker.start(with_beat=with_beat)

    async def beat(self) -> None:
        """Let every worker notice what has become of Redis, and of the others."""
        for _ in range(2):
            for worker in self.alive:
                await worker.redis.beat()

    @property
    def alive(self) -> list[Worker]:
        return [worker for worker in self.workers if worker.is_alive]

    async def gate(self, caller: Caller, name: AccountId | None = None) -> Gate:
        """What the gate thinks, read from the ledger first where it is to be."""
        budget, name = self.alive[0].budget, name or current_account(caller.user_id)
        gate = await budget.gate(name)
        if gate is None:
            await budget.read_again(name)
            gate = await budget.gate(name)
        assert gate is not None
        return gate

    async def ledger(self, caller: Caller, name: AccountId | None = None) -> tuple[int, int]:
        """What is spent, and what is reserved for unsettled rows, by the ledger."""
        found = await read_or_unavailable(self.database, name or current_account(caller.user_id))
        return found.spent, sum(found.unsettled.values())

    async def check_agreement(self, caller: Caller, *, of_key: bool = False) -> int:
        """With nothing running the gate says what the ledger says; return what is spent."""
        name = current_account(caller.user_id)
        name = name._replace(key_id=caller.key_id) if of_key else name
        for asked in (current_account(EVERYBODY), name):
            gate, found = await self.gate(caller, asked), await self.ledger(caller, asked)
            assert (gate.spent + gate.certain, gate.reserved) == found
        return found[0]


@asynccontextmanager
async def site_of(
    database: Database,
    url: str,
    folder: Path,
    limit: int,
    workers: int,
    *,
    with_beat: bool = True,
    brake: int = BRAKE,
) -> AsyncIterator[Site]:
    site = Site(database, url, folder, limit, brake)
    try:
        for _ in range(workers):
            await site.start(with_beat=with_beat)
        await site.beat()
        yield site
    finally:
        for worker in site.workers:
            await worker.close()


async def refusal(worker: Worker, caller: Caller, estimate: int = 1) -> HcaiError:
    with pytest.raises(HcaiError) as refused:
        await worker.begin(caller, estimate)
    return refused.value


@contextmanager
def frozen(redis: OwnRedis, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Redis that says nothing, and that nobody waits for as long as for a busy one."""
    redis.freeze()
    with patch.context() as meanwhile:
        meanwhile.setattr(redis_client, "TIMEOUT_S", FROZEN_S)
        try:
            yield
        finally:
            redis.thaw()


async def notice(site: Site, redis: OwnRedis) -> None:
    """Have every worker notice an outage."""
    redis.stop()
    await site.beat()
    assert all(worker.redis.is_away for worker in site.alive)


async def spend_all(worker: Worker, caller: Caller, cost: int) -> tuple[int, HcaiError]:
    """Call until refused; return how many calls were admitted, and the refusal."""
    for count in range(1_000):
        try:
            await worker.call(caller, cost)
        except HcaiError as error:
            return count, error
    raise AssertionError("nothing refuses")
