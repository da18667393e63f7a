"""What students ask a person to look at: appeals, and answers that somebody reports."""

from hcai_app.api.desk import appeals_part
from hcai_app.api.desk.frame import act, card, field, person_link, row, rows, when
from hcai_app.api.desk.html import Child, Html, code, joined, p
from hcai_app.api.desk.visit import ROOT, View, Visit
from hcai_app.services.fairuse import appeals
from hcai_app.services.safety import reports
from hcai_app.services.safety.reports import Report

PATH = f"{ROOT}/reports"
HOW = (
    "Nobody can read the answer: it is kept nowhere. Ask the one who reports it for what matters, "
    "do what it takes, then close it with a word about that, which they read."
)


async def show(visit: Visit) -> View:
    """Show what waits for an answer, and what has had one."""
    appealed = await appeals.listed(visit.worker.database, even_answered=True)
    found = await reports.listed(visit.worker.database, even_closed=True)
    waiting = [_open(report) for report in found if report.closed_at is None]
    done = [_closed(report) for report in found if report.closed_at is not None]
    columns = ("When", "What is wrong", "Model", "Who", "Request id", "")
    content = joined(
        [
            appeals_part.show(appealed, PATH),
            card("Reports", p(HOW, class_="quiet"), rows(columns, waiting, "Nothing is reported.")),
            card("Closed reports", rows((*columns[:-1], "Closed"), done, "None yet.")),
        ]
    )
    return View("Appeals and reports", content, here=PATH)


def _open(report: Report) -> Html:
    closing = act(
        "close-report",
        "Close",
        field("reason", "What was done: they read it", required=True, maxlength="500"),
        back=PATH,
        call=report.call_id,
    )
    return row(*_cells(report), closing)


def _closed(report: Report) -> Html:
    return row(*_cells(report), joined([report.answer, " ", when(report.closed_at)]))


def _cells(report: Report) -> list[Child]:
    return [
        when(report.created_at),
        reports.REASONS.get(reports.ReportReason(report.reason), report.reason),
        report.model or "gone",
        person_link(report.user_id, "whose") if report.user_id else "deleted",
        code(report.call_id),
    ]
