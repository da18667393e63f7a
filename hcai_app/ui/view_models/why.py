"""Why a call was refused, and how far an appeal against it has come, for the browser."""

from dataclasses import dataclass

from hcai_app.ui.view_models import FactView


@dataclass(frozen=True)
class AppealView:
    """Whether a refusal can be appealed against, and how far an appeal has come."""

    can_be_made: bool = False
    reason: str = ""  # in words; empty: there is no appeal
    made_ms: int = 0
    is_answered: bool = False
    is_accepted: bool = False
    answer: str = ""


@dataclass(frozen=True)
class WhyView:
    """Why a call was refused, or how it ended."""

    id: str = ""
    title: str = ""
    story: str = ""
    until_ms: int = 0  # 0: time alone does not help
    facts: tuple[FactView, ...] = ()
    docs: str = ""  # where they tell more
    fix: str = ""  # a page of ours where it can be mended
    fix_words: str = ""
