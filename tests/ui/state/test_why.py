"""/why: one's own refused call in words, anybody else's as good as none."""

import pytest
from sqlalchemy import delete

from hcai_app import clock
from hcai_app.db.tables import refusals_table
from hcai_app.errors import BudgetExhausted, FairUseRefused, InvalidRequest
from hcai_app.services.call import new_id
from hcai_app.services.fairuse import appeals
from hcai_app.services.people import sessions
from hcai_app.ui.state import why
from hcai_app.ui.state.why import WhyState
from hcai_app.worker.context import Worker
from tests.services.books import caller_of
from tests.ui.state.conftest import SECRET
from tests.ui.state.tabs import Tab, root_of, sign_in


async def opened(tab: Tab, request_id: str) -> WhyState:
    cookie = f"{sessions.COOKIE}={sessions.id_of(tab.cookie, SECRET)}"
    here = Tab(tab.user_id, tab.cookie, root_of(cookie, path=f"/why/{request_id}"))
    state = await here.open(WhyState)
    await state.load_why()
    return state


async def test_ones_own_refusal_is_explained_at_once_and_a_strangers_is_not(
    serving: Worker,
) -> None:
    ada, bob = await sign_in(serving), await sign_in(serving, "U2", "Bob")
    request_id = new_id(clock.now_ms())
    error = BudgetExhausted(
        "This API key's own budget is spent.",
        metadata={"rule": "key_budget", "resets_at": "2026-05-04T00:00:00+00:00"},
    )
    serving.refusals.note(request_id, caller_of(ada.user_id), "/chat/completions", None, error)
    state = await opened(ada, request_id)
    assert state.status == why.FOUND
    assert (state.why.title, state.why.fix) == ("A budget was spent", "/keys")
    assert state.why.story == error.message
    assert state.why.docs == "/docs#limits-and-budgets"
    assert clock.from_ms(state.why.until_ms).isoformat() == "2026-05-04T00:00:00+00:00"
    assert (await opened(bob, request_id)).status == why.MISSING
    await serving.refusals.flush()
    assert (await opened(ada, request_id)).status == why.FOUND
    assert (await opened(bob, request_id)).status == why.MISSING


async def test_an_odd_id_is_none(serving: Worker) -> None:
    ada = await sign_in(serving)
    for asked in ("", "x", "0" * 32, "../keys", "0" * 31 + "Z"):
        assert (await opened(ada, asked)).status == why.MISSING


async def test_a_rule_is_appealed_against_and_the_answer_outlives_the_refusal(
    serving: Worker,
) -> None:
    ada, bob = await sign_in(serving), await sign_in(serving, "U2", "Bob")
    request_id = new_id(clock.now_ms())
    error = FairUseRefused("This call looks like Cline.", metadata={"rule": "cline-tools"})
    serving.refusals.note(request_id, caller_of(ada.user_id), "/chat/completions", None, error)
    state = await opened(ada, request_id)
    assert state.appeal.can_be_made
    for forged in ("", "please let me in", None, {}):
        with pytest.raises(InvalidRequest):
            await state.appeal_for(forged)  # pyright: ignore[reportArgumentType]
    await state.appeal_for("own_program")
    assert state.appeal.reason == "I wrote this program myself"
    assert not state.appeal.is_answered
    await appeals.answer(serving.database, request_id, "Nice game.", is_accepted=True)
    await serving.refusals.flush()
    await serving.database.write(lambda it: it.execute(delete(refusals_table)), "refused calls")
    later = await opened(ada, request_id)
    assert later.status == why.FOUND
    assert "cline-tools" in later.why.story
    assert (later.appeal.is_answered, later.appeal.is_accepted) == (True, True)
    assert later.appeal.answer == "Nice game."
    assert (await opened(bob, request_id)).status == why.MISSING


async def test_a_spent_budget_is_nothing_to_appeal_against(serving: Worker) -> None:
    ada = await sign_in(serving)
    request_id = new_id(clock.now_ms())
    error = BudgetExhausted("Spent.", metadata={"rule": "key_budget"})
    serving.refusals.note(request_id, caller_of(ada.user_id), "/chat/completions", None, error)
    state = await opened(ada, request_id)
    assert not state.appeal.can_be_made
    with pytest.raises(InvalidRequest):
        await state.appeal_for("other")
