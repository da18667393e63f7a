import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.errors import BudgetExhausted, RateLimited, Unavailable
from hcai_app.services.call import Caller, CostSource, LedgerEntry, RunningCall, Usage
from hcai_app.services.ledger.reconciliation import Reconciler, Settlement
from hcai_app.services.limits import budget as budget_module
from hcai_app.services.limits.accounts import Claim, current_account
from hcai_app.services.limits.budget import Budget
from hcai_app.services.limits.period import budget_period
from tests.services.books import Books, caller_of, entry, execute, open_call

LIMIT = 1_000


async def settle(books: Books, budget: Budget, row: LedgerEntry, cost: int) -> LedgerEntry:
    """Settle a row of the ledger as a look-up does; return it as it is then."""
    heard: list[LedgerEntry] = []
    reconciler = Reconciler(books.database, books.totals, budget, no_lookup, [heard.append])
    await reconciler.settle(row, Settlement(Usage(cost_nanousd=cost), None, CostSource.LOOKUP))
    return heard[0]


async def no_lookup(_generation_id: str) -> None:
    return None


class Student:
    """A caller with a budget, and the calls that are running."""

    def __init__(self, budget: Budget, caller: Caller) -> None:
        self.budget = budget
        self.caller = caller
        self.running: list[RunningCall] = []

    async def begin(self, estimate: int, **opening: Any) -> RunningCall:
        call = open_call(user_id=self.caller.user_id, reserved_nanousd=estimate, **opening)
        await self.budget.reserve(self.caller, call)
        self.running.append(call)
        return call

    def end(self, call: RunningCall, cost: int | None) -> LedgerEntry:
        self.running.remove(call)
        row = entry(
            id=call.id,
            user_id=self.caller.user_id,
            cost=cost,
            started_at_ms=call.opening.started_at_ms,
            reserved_nanousd=call.opening.reserved_nanousd,
        )
        self.budget.settle(row)
        self.budget.book([row])
        return row

    async def spent(self) -> int:
        name = current_account(self.caller.user_id)
        claims = [Claim(name, LIMIT)]
        await self.budget._read_unknown(claims, [self.budget._account(name)])
        return self.budget._account(name).spent or 0


@pytest.fixture
async def student(database: Database, caller: Caller) -> Student:
    return Student(Budget(database, LIMIT), caller)


steps = st.lists(
    st.tuples(st.sampled_from(["begin", "begin", "end", "fail"]), st.integers(0, 2_500)),
    max_size=40,
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=steps)
async def test_no_order_of_calls_overruns_by_more_than_one_call(
    steps: list[tuple[str, int]], student: Student
) -> None:
    """Costs here are at most the estimates, as they are for calls with `max_tokens`."""
    student = Student(Budget(student.budget._database, LIMIT), student.caller)
    dearest = 0
    for what, amount in steps:
        if what == "begin":
            spent, waiting = await student.spent(), bool(student.running)
            try:
                await student.begin(amount)
                dearest = max(dearest, amount)
                assert spent < LIMIT
            except BudgetExhausted:
                assert spent >= LIMIT
            except RateLimited:
                assert waiting  # with nothing running and money left nobody is refused
                assert spent < LIMIT
        elif student.running:
            call = student.running[amount % len(student.running)]
            if what == "fail":
                student.budget.cancel(call)
                student.running.remove(call)
            else:
                student.end(call, min(amount, call.opening.reserved_nanousd))
        assert await student.spent() < LIMIT + max(1, dearest)


async def test_a_hundred_at_once_on_a_budget_for_three(student: Student) -> None:
    results = await asyncio.gather(
        *(student.begin(400) for _ in range(100)), return_exceptions=True
    )
    assert sum(isinstance(result, RunningCall) for result in results) == 3
    refused = [result for result in results if not isinstance(result, RunningCall)]
    assert {type(error) for error in refused} == {RateLimited}
    assert {error.headers["Retry-After"] for error in refused} == {"1"}  # type: ignore[union-attr]


async def test_with_a_cent_left_and_nothing_running_no_model_is_too_dear(student: Student) -> None:
    student.end(await student.begin(LIMIT), LIMIT - 1)
    call = await student.begin(10**12)
    with pytest.raises(RateLimited):
        await student.begin(1)
    student.end(call, 1)
    with pytest.raises(BudgetExhausted, match="resets at 00:00 UTC") as refusal:
        await student.begin(1)
    assert refusal.value.code == 402
    assert refusal.value.headers["x-should-retry"] == "false"


async def test_an_unsettled_call_keeps_its_reservation(student: Student) -> None:
    call = await student.begin(LIMIT)
    student.end(call, None)
    with pytest.raises(RateLimited):
        await student.begin(1)
    assert await student.spent() == 0


async def test_users_do_not_share_a_budget_and_some_have_their_own(student: Student) -> None:
    await student.begin(LIMIT)
    await Student(student.budget, caller_of("other")).begin(LIMIT)
    rich = Student(student.budget, caller_of("rich", 10 * LIMIT))
    await rich.begin(5 * LIMIT)
    await rich.begin(5 * LIMIT)
    with pytest.raises(BudgetExhausted):
        await Student(student.budget, caller_of("stopped", 0)).begin(1)


async def test_a_call_belongs_to_the_period_it_started_in(
    student: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    next_ms = budget_period(clock.now_ms()).end_ms
    late = await student.begin(LIMIT, started_at_ms=next_ms - 1)
    with pytest.raises(RateLimited):
        await student.begin(1, started_at_ms=next_ms - 1)
    monkeypatch.setattr(clock, "now_ms", lambda: next_ms)
    early = await student.begin(LIMIT, started_at_ms=next_ms)
    student.end(late, LIMIT)
    assert await student.spent() == 0  # of the new period
    student.end(early, LIMIT)
    assert await student.spent() == LIMIT
    with pytest.raises(BudgetExhausted):
        await student.begin(1, started_at_ms=next_ms)


async def test_after_a_restart_the_period_is_read_from_the_books(
    books: Books, caller: Caller
) -> None:
    start = budget_period(clock.now_ms()).start_ms
    await books.record(entry(user_id=caller.user_id, cost=300, started_at_ms=start))
    await books.record(entry(user_id=caller.user_id, cost=999, started_at_ms=start - 1))
    waiting = entry(user_id=caller.user_id, cost=None, reserved_nanousd=800)
    await books.record(waiting)
    await books.record(entry(user_id="other", cost=500))
    restarted = Student(Budget(books.database, LIMIT), caller)
    assert await restarted.spent() == 300
    with pytest.raises(RateLimited):
        await restarted.begin(1)
    settled = await settle(books, restarted.budget, waiting, 100)
    assert await restarted.spent() == 400
    restarted.budget.book([settled])  # booked once, however often it is told
    assert await restarted.spent() == 400


async def test_accounts_that_nobody_uses_are_forgotten_and_read_again(
    books: Books, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget_module, "IDLE_S", -1)
    student = Student(Budget(books.database, LIMIT), caller)
    student.budget._sweep_at = 0
    await books.record(student.end(await student.begin(700), 700))
    for n in range(50):
        other = Student(student.budget, caller_of(f"u{n}"))
        student.budget._sweep_at = 0
        await other.spent()
    assert len(student.budget._accounts) <= 2
    assert await student.spent() == 700


async def test_a_budget_that_cannot_be_read_is_no_budget(
    database: Database, caller: Caller
) -> None:
    student = Student(Budget(database, LIMIT), caller)
    await execute(database, "ALTER TABLE usage_hours RENAME TO away")
    with pytest.raises(Unavailable):
        await student.begin(1)
    await execute(database, "ALTER TABLE away RENAME TO usage_hours")
    await student.begin(1)


async def test_a_row_settled_while_its_day_is_being_read_frees_its_reservation(
    books: Books, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = entry(user_id=caller.user_id, cost=None, reserved_nanousd=LIMIT)
    await books.record(waiting)
    student = Student(Budget(books.database, LIMIT), caller)
    read = budget_module.read_or_unavailable

    async def read_slowly(*given: Any) -> Any:
        account = await read(*given)
        monkeypatch.setattr(budget_module, "read_or_unavailable", read)
        await settle(books, student.budget, waiting, 1)
        return account

    monkeypatch.setattr(budget_module, "read_or_unavailable", read_slowly)
    await student.begin(1)
    assert await student.spent() == 1


@pytest.mark.timeout(20)
async def test_who_comes_just_as_a_reading_has_ended_waits_for_another_one(
    database: Database, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    student = Student(Budget(database, LIMIT), caller)
    read = budget_module.read_or_unavailable
    steps: list[object] = []

    async def read_in_vain(*given: Any) -> Any:
        account = await read(*given)
        monkeypatch.setattr(budget_module, "read_or_unavailable", read)
        student.budget.forget_user(caller.user_id)  # what was read is of no use
        # A call whose first step comes before anybody hears that the reading is over.
        asyncio.get_running_loop().call_soon(come)
        return account

    def come() -> None:
        another = student.begin(1)
        steps.append(another.send(None))  # it waits, and lets the others have the loop
        another.close()

    monkeypatch.setattr(budget_module, "read_or_unavailable", read_in_vain)
    await student.begin(1)
    assert len(steps) == 1
