"""What is done about a prompt, by its scores and the thresholds that are data."""

from datetime import date

import pytest

from hcai_app.services.safety import verdicts
from hcai_app.services.safety.verdicts import Finding
from hcai_app.settings.moderation_thresholds import thresholds

NOTHING = dict.fromkeys((threshold.category for threshold in thresholds()), 0.0001)


@pytest.mark.parametrize(
    ("scores", "is_drawing", "finding", "because"),
    [
        ({}, False, Finding.PASSED, ""),
        ({"violence": 0.99, "hate": 0.99}, True, Finding.PASSED, ""),
        ({"sexual/minors": 0.49}, True, Finding.PASSED, ""),
        ({"sexual/minors": 0.5}, False, Finding.REFUSED, "sexual/minors"),
        ({"sexual/minors": 0.9, "sexual": 0.9}, True, Finding.REFUSED, "sexual/minors"),
        ({"sexual": 0.99}, False, Finding.PASSED, ""),
        ({"sexual": 0.59}, True, Finding.PASSED, ""),
        ({"sexual": 0.6}, True, Finding.REFUSED, "sexual"),
        ({"self-harm": 0.69, "self-harm/intent": 0.69}, False, Finding.PASSED, ""),
        ({"self-harm": 0.7}, False, Finding.HELP, ""),
        ({"self-harm/intent": 0.7}, False, Finding.HELP, ""),
        ({"self-harm/instructions": 0.7}, True, Finding.HELP, ""),
        ({"self-harm": 0.9, "sexual": 0.9}, False, Finding.HELP, ""),
        ({"self-harm": 0.9, "sexual/minors": 0.9}, False, Finding.REFUSED, "sexual/minors"),
        ({"self-harm": None}, False, Finding.PASSED, ""),
    ],
)
def test_the_thresholds_decide(
    scores: dict[str, float | None], is_drawing: bool, finding: Finding, because: str
) -> None:
    verdict = verdicts.judge([NOTHING | scores], is_drawing=is_drawing)
    assert (verdict.finding, verdict.because) == (finding, because)


def test_the_highest_score_of_all_parts_counts_and_every_category_over_it_is_told() -> None:
    parts = [NOTHING | {"self-harm": 0.8}, NOTHING | {"sexual/minors": 0.8}, NOTHING]
    verdict = verdicts.judge(parts, is_drawing=False)
    assert verdict.finding is Finding.REFUSED
    assert set(verdict.categories) == {"self-harm", "sexual/minors"}


@pytest.mark.parametrize("parts", [[], [{}], [NOTHING, {"sexual": 0.1}]])
def test_what_was_not_judged_is_no_verdict(parts: list[dict[str, float]]) -> None:
    with pytest.raises(ValueError, match="judged"):
        verdicts.judge(parts, is_drawing=False)


def test_every_threshold_says_why_and_since_when() -> None:
    for threshold in thresholds():
        assert 0 < threshold.score < 1
        assert threshold.effect in ("refuse", "help")
        assert threshold.where in ("everywhere", "drawing")
        assert threshold.why
        assert date.fromisoformat(threshold.looked_at) >= date(2026, 1, 1)
