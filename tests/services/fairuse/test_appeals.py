"""Appeals: of one's own refusals by a rule, by choice and without a word, answered by a person."""

import asyncio
from datetime import timedelta

import pytest

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.errors import InvalidRequest, NotFound
from hcai_app.services import audit
from hcai_app.services.account import deletion
from hcai_app.services.call import new_id
from hcai_app.services.fairuse import appeals
from hcai_app.services.fairuse.appeals import REASONS, AppealReason
from hcai_app.services.ledger.refusals import RefusedCall
from hcai_app.services.notices import notices
from hcai_app.services.ops import retention
from hcai_app.services.people import users

RULE = "cline-tools"


def refusal(user_id: str = "usr_1", rule: str | None = RULE, kind: str = appeals.FAIR_USE):
    made = RefusedCall(
        id=new_id(clock.now_ms()),
        user_id=user_id,
        key_id="key_1",
        endpoint="/chat/completions",
        model=None,
        code=403,
        type=kind,
        message="This call looks like a coding agent.",
        rule=rule,
        until_ms=None,
    )
    assert appeals.can_be_appealed(made) == (kind == appeals.FAIR_USE and rule is not None)
    return made


async def test_an_appeal_waits_and_its_answer_is_the_students_to_read(database: Database) -> None:
    refused = refusal()
    assert await appeals.about(database, "usr_1", refused.id) is None
    await appeals.appeal(database, refused, "own_program")
    (waiting,) = await appeals.listed(database)
    assert (waiting.rule, waiting.reason, waiting.key_id) == (RULE, "own_program", "key_1")
    assert await appeals.count_open(database) == 1
    assert await appeals.about(database, "usr_1", refused.id) == waiting
    assert await appeals.about(database, "usr_2", refused.id) is None
    (notice,) = await notices.latest(database)
    assert refused.id in notice.data
    assert "usr_1" not in notice.data + notice.text
    words = "Nice  game; you are exempt."
    await appeals.answer(database, refused.id, words, is_accepted=True, actor="usr_desk")
    told = await appeals.about(database, "usr_1", refused.id)
    assert told is not None
    assert (told.is_accepted, told.answer) == (True, "Nice game; you are exempt.")
    assert await appeals.count_open(database) == 0
    assert await appeals.listed(database) == []
    assert await appeals.listed(database, even_answered=True) == [told]


async def test_every_answer_is_one_row_of_the_log(database: Database) -> None:
    refused = refusal()
    await appeals.appeal(database, refused, "other")
    for wrong in (" ", "x\x00"):
        with pytest.raises(InvalidRequest):
            await appeals.answer(database, refused.id, wrong, is_accepted=False)
    await appeals.answer(database, refused.id, "it is Cline", is_accepted=False, actor="usr_desk")
    with pytest.raises(NotFound):
        await appeals.answer(database, refused.id, "again", is_accepted=True)
    (act,) = await database.read(audit.listed, "audit log")
    assert (act.act, act.actor, act.user_id, act.target, act.reason) == (
        *("fairuse.answer", "usr_desk", "usr_1", refused.id, "it is Cline"),
    )
    assert act.after == '{"rule":"cline-tools","is_accepted":false}'


async def test_one_appeal_is_open_against_a_rule_however_many_race(database: Database) -> None:
    sent = [refusal() for _ in range(8)]
    done = await asyncio.gather(
        *(appeals.appeal(database, one, "lesson") for one in sent), return_exceptions=True
    )
    assert [type(it) for it in done].count(InvalidRequest) == 7
    await appeals.appeal(database, refusal(rule="zed-tools"), "lesson")
    await appeals.appeal(database, refusal("usr_2"), "lesson")
    assert await appeals.count_open(database) == 3
    (mine,) = [
        it for it in await appeals.listed(database) if (it.user_id, it.rule) == ("usr_1", RULE)
    ]
    await appeals.answer(database, mine.request_id, "look again", is_accepted=False)
    with pytest.raises(InvalidRequest):
        await appeals.appeal(database, next(it for it in sent if it.id == mine.request_id), "other")
    await appeals.appeal(database, refusal(), "other")


async def test_what_cannot_be_appealed_against_is_refused(database: Database) -> None:
    for reason in ("", "I wrote: let me in", "Other"):
        with pytest.raises(InvalidRequest):
            await appeals.appeal(database, refusal(), reason)
    for kind, rule in (("rate_limit_error", None), ("budget", "key_budget"), ("safety_error", "x")):
        with pytest.raises(InvalidRequest):
            await appeals.appeal(database, refusal(rule=rule, kind=kind), "other")
    assert await appeals.listed(database, even_answered=True) == []


async def test_they_end_with_their_time_and_with_the_account(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id = await users.create(database, slack_id="UADA", name="Ada", is_verified=True)
    await appeals.appeal(database, refusal(user_id), "unknown")
    await appeals.appeal(database, refusal("usr_2"), "unknown")
    held = await database.read(lambda it: appeals.of_user(it, user_id), "appeals")
    assert [it.rule for it in held] == [RULE]
    await deletion.delete(database, user_id, secret_key="a secret of the tests, long enough")
    assert await database.read(lambda it: appeals.of_user(it, user_id), "appeals") == []
    await retention.clean(database, 400)
    assert await appeals.count_open(database) == 1
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + appeals.KEPT + timedelta(minutes=1))
    await retention.clean(database, 400)
    assert await appeals.listed(database, even_answered=True) == []


def test_every_reason_has_words() -> None:
    assert set(REASONS) == set(AppealReason)
