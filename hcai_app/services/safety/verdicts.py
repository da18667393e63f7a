"""What is done about a prompt, by the scores that moderation gives it.

The thresholds are data: `settings/moderation_thresholds.toml`.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from hcai_app.errors import SafetyRefused
from hcai_app.settings.moderation_thresholds import thresholds

Scores = Mapping[str, float | None]
HELP = "/help/now"


class Finding(StrEnum):
    """What came of a check."""

    PASSED = "passed"
    HELP = "help"  # the answer shows where help is
    REFUSED = "refused"
    UNCHECKED = "unchecked"  # no verdict, in time or at all: the call went on


class Verdict(NamedTuple):
    """What the check finds in a prompt."""

    finding: Finding
    categories: tuple[str, ...] = ()  # those that are over their threshold
    because: str = ""  # which of them refuses, or why nothing was checked


def judge(results: Iterable[Scores], *, is_drawing: bool) -> Verdict:
    """Return the verdict on a prompt by the scores of its parts.

    Raises:
        ValueError: When a category is not among them: nobody has looked for it.
    """
    parts = list(results)
    if not parts:
        raise ValueError("nothing was judged")
    reached = [
        threshold
        for threshold in thresholds()
        if threshold.is_reached(_highest(parts, threshold.category), is_drawing=is_drawing)
    ]
    names = tuple(threshold.category for threshold in reached)
    refusing = [threshold.category for threshold in reached if threshold.effect == "refuse"]
    if refusing:
        return Verdict(Finding.REFUSED, names, refusing[0])
    return Verdict(Finding.HELP if reached else Finding.PASSED, names)


def _highest(parts: list[Scores], category: str) -> float:
    try:
        return max(scores[category] or 0.0 for scores in parts)
    except KeyError:
        raise ValueError(f"{category} was not judged") from None


def refusal(category: str) -> SafetyRefused:
    """Return the error of a prompt that is refused for a category."""
    return SafetyRefused(
        f"This prompt was not answered: it looks like something sexual{_ABOUT.get(category, '')}, "
        "which is not allowed here. If it is none, say it in other words. Did something happen to "
        f"you, or to somebody you know? People who listen, and can help: {HELP}.",
        metadata={"category": category},
    )


_ABOUT = {"sexual/minors": " about somebody under 18", "sexual": " to be drawn"}
