"""Answers that somebody reports: which call, why, and that a volunteer has looked."""

from hcai_app.api.desk.frame import act, card, person_link, reason_field, row, rows, when
from hcai_app.api.desk.html import Child, Html, code, joined, p
from hcai_app.api.desk.visit import ROOT, View, Visit
from hcai_app.services.safety import reports
from hcai_app.services.safety.reports import Report

PATH = f"{ROOT}/reports"
HOW = (
    "Nobody can read the answer: it is kept nowhere. Ask the one who reports it for what matters, "
    "do what it takes, then close it with a word about that."
)


async def show(visit: Visit) -> View:
    """Show the reports that are open, and those that were closed."""
    found = await reports.listed(visit.worker.database, even_closed=True)
    waiting = [_open(report) for report in found if report.closed_at is None]
    done = [_closed(report) for report in found if report.closed_at is not None]
    columns = ("When", "What is wrong", "Model", "Who", "Request id", "")
    content = joined(
        [
            card("Open", p(HOW, class_="quiet"), rows(columns, waiting, "Nothing is reported.")),
            card("Closed", rows((*columns[:-1], "Closed"), done, "None yet.")),
        ]
    )
    return View("Reports", content, here=PATH)


def _open(report: Report) -> Html:
    closing = act(
        "close-report",
        "Close",
        reason_field("What was done"),
        back=PATH,
        call=report.call_id,
    )
    return row(*_cells(report), closing)


def _closed(report: Report) -> Html:
    return row(*_cells(report), when(report.closed_at))


def _cells(report: Report) -> list[Child]:
    return [
        when(report.created_at),
        reports.REASONS.get(reports.ReportReason(report.reason), report.reason),
        report.model or "gone",
        person_link(report.user_id, "whose") if report.user_id else "deleted",
        code(report.call_id),
    ]
