"""Appeals against rules of fair use: which call, which rule, why, and what they are answered."""

from collections.abc import Sequence

from hcai_app.api.desk.frame import act, card, chip, field, folded, person_link, row, rows, when
from hcai_app.api.desk.html import Child, Html, code, joined, p
from hcai_app.services.fairuse import appeals
from hcai_app.services.fairuse.appeals import Appeal, AppealReason

HOW = (
    "Ask them on Slack what they build. Are they right? Exempt them on their page, or switch the "
    "rule to counting; then say so. They read your words on the page of the refused call."
)
COLUMNS = ("When", "Rule", "They say", "Who", "Request id")


def show(found: Sequence[Appeal], back: str) -> Html:
    """Show the appeals that wait, and those that were answered."""
    waiting = [_open(one, back) for one in found if one.answered_at is None]
    done = [_answered(one) for one in found if one.answered_at is not None]
    return joined(
        [
            card(
                "Appeals",
                p(HOW, class_="quiet"),
                rows((*COLUMNS, ""), waiting, "Nobody appeals."),
            ),
            card("Answered appeals", rows((*COLUMNS, "Answer"), done, "None yet.")),
        ]
    )


def _open(one: Appeal, back: str) -> Html:
    accepting = _answering(one, back, "They are right", "accepted")
    refusing = _answering(one, back, "The rule stands", "refused")
    return row(*_cells(one), folded("Answer", accepting, refusing, command="appeal"))


def _answering(one: Appeal, back: str, text: str, verdict: str) -> Html:
    words = _words()
    return act("answer-appeal", text, words, back=back, call=one.request_id, verdict=verdict)


def _words() -> Html:
    return field("reason", "Answer: they read it", required=True, maxlength="500")


def _answered(one: Appeal) -> Html:
    verdict = chip("right", "good") if one.is_accepted else chip("the rule stands")
    return row(*_cells(one), joined([verdict, " ", one.answer, " ", when(one.answered_at)]))


def _cells(one: Appeal) -> list[Child]:
    return [
        when(one.created_at),
        code(one.rule),
        appeals.REASONS[AppealReason(one.reason)],
        person_link(one.user_id, "whose"),
        code(one.request_id),
    ]
