"""A call is admitted by its user's account and its key's in one step, or by neither."""

import asyncio
from collections import Counter

import pytest

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.errors import HcaiError
from hcai_app.services.call import Caller, KeyRules
from hcai_app.services.limits.budget import Budget
from tests.services.books import caller_of, open_call
from tests.services.limits.site import LIMIT, Site, Worker

ESTIMATE = LIMIT // 20
KEY_CALLS, GRANT = 7, 2 * LIMIT
KEY_RULES = KeyRules(budget_nanousd=KEY_CALLS * ESTIMATE)


def granted(user_id: str, key_id: str, rules: KeyRules | None = None) -> Caller:
    """A caller whose budget is twice the usual one for an hour."""
    plain = caller_of(user_id, key_id=key_id, rules=rules)
    until = clock.now_ms() + clock.MS_PER_HOUR
    return Caller(
        plain.user_id,
        key_id,
        is_verified=True,
        ban_reason=None,
        budget_nanousd=None,
        pseudonym="hc_1",
        rules=rules,
        grant_nanousd=GRANT,
        granted_until_ms=until,
    )


async def outcome(worker: Worker, caller: Caller) -> str:
    try:
        await worker.begin(caller, ESTIMATE)
    except HcaiError as error:
        return f"{error.code} {(error.metadata or {}).get('rule')}"
    return "admitted"


async def test_a_hundred_calls_on_four_workers_keep_to_key_user_and_grant(
    site: Site, caller: Caller
) -> None:
    bound = granted(caller.user_id, "key_2", KEY_RULES)
    free = granted(caller.user_id, "key_1")
    assert await outcome(site.workers[0], bound) == "admitted"  # the accounts are read
    callers = [bound if number % 2 else free for number in range(100)]
    done = await asyncio.gather(
        *(outcome(site.workers[number % 4], it) for number, it in enumerate(callers))
    )
    of_bound = Counter(it for it, made in zip(done, callers, strict=True) if made is bound)
    assert of_bound["admitted"] == KEY_CALLS - 1
    assert set(of_bound) <= {"admitted", "429 key_budget", "429 budget"}
    assert done.count("admitted") == GRANT // ESTIMATE - 1
    for worker in site.workers:
        for call in list(worker.running):
            await worker.end(call, ESTIMATE)
    assert await site.check_agreement(bound, of_key=True) == KEY_CALLS * ESTIMATE
    assert await site.check_agreement(free) == GRANT
    assert await outcome(site.workers[0], bound) == "402 budget"


async def test_what_one_account_refuses_is_reserved_in_neither(site: Site, caller: Caller) -> None:
    first, second, *_ = site.workers
    tiny = caller_of(caller.user_id, key_id="key_2", rules=KeyRules(budget_nanousd=ESTIMATE))
    await first.begin(tiny, ESTIMATE)
    for worker in (first, second):
        assert await outcome(worker, tiny) == "429 key_budget"
    assert (await site.gate(caller)).reserved == ESTIMATE
    await first.end(first.running[0], ESTIMATE)
    assert await outcome(second, tiny) == "402 key_budget"
    assert (await site.gate(caller)).reserved == 0


async def test_a_budget_that_a_key_gets_amid_its_calls_counts_them(
    site: Site, caller: Caller
) -> None:
    first, second, *_ = site.workers
    before = caller_of(caller.user_id, key_id="key_2")
    running = await first.begin(before, ESTIMATE)
    after = caller_of(caller.user_id, key_id="key_2", rules=KEY_RULES)
    await second.call(after, ESTIMATE)  # its account is read while the first one runs
    await first.end(running, 3 * ESTIMATE)
    assert await site.check_agreement(after, of_key=True) == 4 * ESTIMATE


@pytest.mark.parametrize("parallel", [100])
async def test_in_one_process_they_hold_together_too(
    database: Database, caller: Caller, parallel: int
) -> None:
    budget = Budget(database, LIMIT)
    bound = caller_of(caller.user_id, key_id="key_2", rules=KEY_RULES)

    async def admitted(asking: Caller) -> bool:
        given = {"user_id": asking.user_id, "key_id": asking.key_id}
        try:
            await budget.reserve(asking, open_call(**given, reserved_nanousd=ESTIMATE))
        except HcaiError:
            return False
        return True

    assert await admitted(bound)  # the accounts are read
    callers = [bound if number % 2 else caller for number in range(parallel)]
    done = await asyncio.gather(*map(admitted, callers))
    assert sum(done) == LIMIT // ESTIMATE - 1
    assert sum(ok for ok, it in zip(done, callers, strict=True) if it is bound) == KEY_CALLS - 1
