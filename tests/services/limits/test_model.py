"""Whatever happens in whatever order, the gate, the ledger and a plain sum agree in the end."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.errors import HcaiError
from hcai_app.services import call as call_module
from hcai_app.services import redis_client
from hcai_app.services.call import Caller, KeyRules, RunningCall
from hcai_app.services.people import users
from tests.harness.own_redis import OwnRedis, own_redis
from tests.services.books import caller_of
from tests.services.limits.site import BUSY_S, LIMIT, Site, Worker, site_of

WORKERS = 3
KEY_LIMIT = LIMIT // 4
FAULTS = ["kill", "flush", "stop", "lose", "start", "freeze", "thaw", "clock"]
CALLS = ["begin", "begin", "end", "leave", "look up", "adopt", "beat"]
STEPS = st.lists(
    st.tuples(st.sampled_from(CALLS * 2 + FAULTS), st.integers(0, 10**6)), min_size=8, max_size=40
)
SHORT = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
FROZEN_S = 0.15  # so long a frozen Redis is waited for


class Model:
    """A site, and what every call has cost or will cost; one of two keys has its own budget."""

    def __init__(
        self, site: Site, redis: OwnRedis, user_id: str, patch: pytest.MonkeyPatch
    ) -> None:
        self.site = site
        self.redis = redis
        self.patch = patch
        self.caller = caller_of(user_id)
        rules = KeyRules(budget_nanousd=KEY_LIMIT)
        self.bound = caller_of(user_id, key_id="key_2", rules=rules)
        self.costs: dict[str, int] = {}
        self.with_bound: set[str] = set()  # the calls of that key
        self.running: list[tuple[Worker, RunningCall]] = []
        self.step_ms = 0
        self.is_stopped = self.is_frozen = False

    async def do(self, what: str, number: int) -> None:
        await getattr(self, what.replace(" ", "_"))(number)

    def worker(self, number: int) -> Worker:
        return self.site.alive[number % len(self.site.alive)]

    async def begin(self, number: int) -> None:
        worker = self.worker(number)
        caller = (self.caller, self.bound)[number // 7 % 2]
        try:
            call = await worker.begin(caller, number % (LIMIT // 10))
        except HcaiError:
            return
        if caller is self.bound:
            self.with_bound.add(call.id)
        self.costs[call.id] = call.opening.reserved_nanousd  # if its worker dies
        self.running.append((worker, call))

    async def end(self, number: int) -> None:
        if self.running:
            worker, call = self.running.pop(number % len(self.running))
            self.costs[call.id] = number % (call.opening.reserved_nanousd + 1)
            await worker.end(call, self.costs[call.id])

    async def leave(self, number: int) -> None:
        if self.running:
            worker, call = self.running.pop(number % len(self.running))
            self.costs[call.id] = number % (call.opening.reserved_nanousd + 1)
            for anybody in self.site.workers:
                anybody.costs[f"gen-{call.id}"] = self.costs[call.id]
            await worker.end(call, None)

    async def look_up(self, number: int) -> None:
        await self.worker(number).reconciler.settle_due()

    async def adopt(self, number: int) -> None:
        await self.worker(number).adopt()

    async def beat(self, number: int) -> None:
        worker = self.worker(number)
        await worker.redis.beat()
        if not worker.redis.is_away:
            worker.budget._hold_all()
            await worker.budget._read_old()

    async def kill(self, number: int) -> None:
        dead = self.worker(number)
        self.running = [(worker, call) for worker, call in self.running if worker is not dead]
        await dead.kill()
        (await self.site.start(with_beat=False)).costs = dead.costs

    async def flush(self, _number: int) -> None:
        if not (self.is_stopped or self.is_frozen):
            self.redis.flush()

    async def stop(self, number: int) -> None:
        await self.thaw(number)
        self.redis.stop()
        self.is_stopped = True

    async def lose(self, number: int) -> None:
        await self.stop(number)
        self.redis.forget()

    async def start(self, _number: int) -> None:
        if self.is_stopped:
            self.redis.start()
            self.is_stopped = False

    async def freeze(self, _number: int) -> None:
        if not self.is_stopped:
            self.redis.freeze()
            self.patch.setattr(redis_client, "TIMEOUT_S", FROZEN_S)
            self.is_frozen = True

    async def thaw(self, _number: int) -> None:
        self.redis.thaw()
        self.patch.setattr(redis_client, "TIMEOUT_S", BUSY_S)
        self.is_frozen = False

    async def clock(self, number: int) -> None:
        self.step_ms = (number % 3 - 1) * 60_000

    async def come_to_rest(self) -> None:
        """All faults are over, all calls too."""
        await self.start(0)
        await self.thaw(0)
        self.step_ms = 60_000  # every look-up is due
        while self.running:
            await self.end(0)
        for number in range(len(self.site.alive)):
            await self.adopt(number)
        while await self.worker(0).reconciler.settle_due():
            pass
        await self.site.beat()
        for number in range(len(self.site.alive)):
            await self.beat(number)

    async def check(self) -> None:
        spent = sum(self.costs.values())
        assert await self.site.ledger(self.caller) == (spent, 0)
        assert await self.site.check_agreement(self.caller) == spent
        of_bound = sum(self.costs[call_id] for call_id in self.with_bound)
        assert await self.site.check_agreement(self.bound, of_key=True) == of_bound
        for worker in self.site.alive:
            assert not worker.budget._held
        await self.check_verdict(self.caller, spent >= LIMIT, "budget")
        spent_all = "budget" if spent >= LIMIT else "key_budget"
        await self.check_verdict(self.bound, spent >= LIMIT or of_bound >= KEY_LIMIT, spent_all)

    async def check_verdict(self, caller: Caller, is_refused: bool, rule: str) -> None:
        """Nothing is stuck: with money left and nothing running a call passes, else it is 402."""
        worker = self.worker(0)
        if not is_refused:
            worker.budget.cancel(call := await worker.begin(caller, 1))
            worker.running.remove(call)
            return
        with pytest.raises(HcaiError) as refused:
            await worker.begin(caller, 1)
        assert refused.value.code == 402
        assert (refused.value.metadata or {})["rule"] == rule


async def play(
    steps: list[tuple[str, int]], database: Database, folder: Path, patch: pytest.MonkeyPatch
) -> None:
    user_id = await users.create(database, slack_id=f"U{clock.now_ms()}", name="Ada")
    place = folder / user_id
    place.mkdir()
    with own_redis(place) as redis, patch.context() as now:
        now.setattr(redis_client, "TIMEOUT_S", BUSY_S)
        now.setattr(call_module, "FIRST_LOOKUP_MS", 0)
        async with site_of(
            database, redis.url, place / "journal", LIMIT, WORKERS, with_beat=False
        ) as site:
            model, wall = Model(site, redis, user_id, now), clock.now_ms
            now.setattr(clock, "now_ms", lambda: wall() + model.step_ms)
            for what, number in steps:
                await model.do(what, number)
            await model.come_to_rest()
            await asyncio.sleep(0)
            await model.check()


@SHORT
@given(steps=STEPS)
async def test_in_the_end_gate_ledger_and_a_plain_sum_agree(
    steps: Any, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await play(steps, database, tmp_path, monkeypatch)


# A history starts, stops and freezes a Redis: 0.3 s of work, and up to 20 s of waits on a busy one.
@pytest.mark.slow
@pytest.mark.timeout(3600)
@settings(SHORT, max_examples=200)
@given(steps=STEPS)
async def test_in_the_end_they_agree_after_hundreds_of_histories(
    steps: Any, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await play(steps, database, tmp_path, monkeypatch)
