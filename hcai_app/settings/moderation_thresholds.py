"""The thresholds of the check of prompts: from which score on it acts, and how.

Their data is `moderation_thresholds.toml`, beside this file and the register of makers' terms.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from hcai_app.settings import faults

FILE = Path(__file__).with_suffix(".toml")
Effect = Literal["refuse", "help"]


@dataclass(frozen=True, slots=True)
class Threshold:
    """From which score of a category on something is done, and why."""

    category: str
    score: float
    effect: Effect
    where: Literal["everywhere", "drawing"]
    why: str
    looked_at: str  # a day

    def is_reached(self, score: float, *, is_drawing: bool) -> bool:
        """Return whether a score is enough for a call that draws, or does not."""
        return score >= self.score and (is_drawing or self.where == "everywhere")


@cache
def thresholds() -> tuple[Threshold, ...]:
    """Return all, in the order in which they decide.

    Raises:
        SettingsError: When one is incomplete.
    """
    with faults.reading(FILE):
        known = msgspec.toml.decode(FILE.read_bytes(), type=dict[str, list[Threshold]])
    return tuple(known["thresholds"])
