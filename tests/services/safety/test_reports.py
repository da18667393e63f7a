"""Reports of answers: of one's own calls alone, kept as id, user and reason."""

import pytest

from hcai_app.db.engine import Database
from hcai_app.errors import InvalidRequest, NotFound
from hcai_app.services import audit
from hcai_app.services.notices import notices
from hcai_app.services.safety import reports
from hcai_app.services.safety.reports import REASONS, ReportReason
from tests.services.books import Books, entry


async def call_of(books: Books, user_id: str) -> str:
    made = entry(user_id=user_id)
    await books.ledger.put([made])
    return made.id


async def test_a_report_is_listed_with_its_call_and_told_once(
    database: Database, books: Books
) -> None:
    call_id = await call_of(books, "usr_1")
    assert await reports.about(database, "usr_1", call_id) is None
    await reports.report(database, "usr_1", call_id, "violent")
    await reports.report(database, "usr_1", call_id, ReportReason.SEXUAL.value)
    (report,) = await reports.listed(database)
    assert (report.call_id, report.user_id, report.reason) == (call_id, "usr_1", "sexual")
    assert (report.model, report.closed_at) == (entry(user_id="x").model, None)
    assert await reports.about(database, "usr_1", call_id) == report
    assert await reports.about(database, "usr_2", call_id) is None
    (notice,) = await notices.latest(database)
    assert call_id in notice.data
    assert "usr_1" not in notice.data + notice.text


async def test_nobody_reports_anothers_call_or_for_no_reason(
    database: Database, books: Books
) -> None:
    call_id = await call_of(books, "usr_1")
    for user, call in (("usr_2", call_id), ("usr_1", "0" * 32)):
        with pytest.raises(NotFound):
            await reports.report(database, user, call, "other")
    for reason in ("", "what it said to me", "Sexual"):
        with pytest.raises(InvalidRequest):
            await reports.report(database, "usr_1", call_id, reason)
    assert await reports.listed(database) == []


async def test_a_closed_report_is_shown_on_demand_and_the_act_is_audited(
    database: Database, books: Books
) -> None:
    call_id = await call_of(books, "usr_1")
    await reports.report(database, "usr_1", call_id, "other")
    assert await reports.count_open(database) == 1
    with pytest.raises(InvalidRequest):
        await reports.close(database, call_id, " ")
    await reports.close(database, call_id, "told the  maker", actor="usr_desk")
    told = await reports.about(database, "usr_1", call_id)
    assert told is not None
    assert told.answer == "told the maker"
    assert await reports.listed(database) == []
    assert await reports.count_open(database) == 0
    (closed,) = await reports.listed(database, even_closed=True)
    assert closed.closed_at is not None
    (act,) = await database.read(audit.listed, "audit log")
    assert (act.act, act.actor, act.target, act.reason) == (
        "safety.close",
        "usr_desk",
        call_id,
        "told the maker",
    )
    with pytest.raises(NotFound):
        await reports.close(database, call_id, "again")
    await reports.report(database, "usr_1", call_id, "sexual")
    (reopened,) = await reports.listed(database)
    assert (reopened.closed_at, reopened.answer) == (None, None)


async def test_a_deleted_account_leaves_its_reports_without_a_name(
    database: Database, books: Books
) -> None:
    call_id = await call_of(books, "usr_1")
    await reports.report(database, "usr_1", call_id, "other")
    mine = await database.read(lambda it: reports.of_user(it, "usr_1"), "reports")
    assert [report.call_id for report in mine] == [call_id]
    await database.write(lambda it: reports.forget(it, "usr_1"), "reports")
    (report,) = await reports.listed(database)
    assert (report.call_id, report.user_id) == (call_id, "")


def test_every_reason_has_words() -> None:
    assert set(REASONS) == set(ReportReason)
